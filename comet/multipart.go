package comet

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// boundary stands between the parts. It is the same in all responses, and short:
// no line break stands in a part, so no delimiter line can.
const boundary = "event"

// multipart is multipart streaming: each part takes the place of the one before
// (multipart/x-mixed-replace; the HTML standard, section 7.5.5).
//
// The delimiter line after a part is sent with it: only by that a reader knows
// that the part is complete (RFC 2046, section 5.1.1). It promises another part,
// so the end is a part of its own, without an event.
func (x *exchange) multipart() error {
	if err := x.begin(); err != nil {
		return err
	}
	const delimiter = "\r\n--" + boundary
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
			kind, params, err := mime.ParseMediaType(kind)
			if err != nil || kind != "multipart/mixed" {
				continue
			}
			if q, err := strconv.ParseFloat(params["q"], 64); err != nil || q > 0 {
				return kind
			}
		}
	}
	return "multipart/x-mixed-replace"
}
