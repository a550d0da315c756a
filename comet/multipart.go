package comet

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// multipart is multipart streaming: each part takes the place of the one before
// (multipart/x-mixed-replace; the HTML standard, section 7.5.4).
//
// The delimiter line after a part is sent with it: only by that a reader knows
// that the part is complete (RFC 2046, section 5.1.1). It promises another part,
// so the end is a part of its own, without an event. A boundary can't stand in a
// part, since no line break can.
func (x *exchange) multipart() error {
	if err := x.begin(); err != nil {
		return err
	}
	boundary := rand.Text()
	delimiter := "\r\n--" + boundary
	f := feed{exchange: x, before: "Content-Type: application/json\r\n\r\n", after: delimiter + "\r\n"}
	f.end = func(b []byte) []byte {
		b = event{ID: f.told}.append(append(b, f.before...))
		return append(append(b, delimiter...), "--\r\n"...)
	}
	return f.run(multipartType(x.r)+"; boundary="+boundary, "--"+boundary+"\r\n")
}

// multipartType is the type that Accept names (RFC 9110, section 12.5.1). In WebKit
// a fetch of multipart/x-mixed-replace fails, which is for pictures there, so
// client.js asks for multipart/mixed, whose parts are the same.
func multipartType(r *http.Request) string {
	for _, field := range r.Header["Accept"] {
		for kind := range strings.SplitSeq(field, ",") {
			kind, _, _ = strings.Cut(kind, ";")
			if strings.EqualFold(strings.TrimSpace(kind), "multipart/mixed") {
				return "multipart/mixed"
			}
		}
	}
	return "multipart/x-mixed-replace"
}
