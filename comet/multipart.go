package comet

import (
	"crypto/rand"
	"strconv"
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
	part := func(b, json []byte, after string) []byte {
		b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(json)), 10)
		b = append(append(b, "\r\n\r\n"...), json...)
		return append(append(append(b, "\r\n--"...), boundary...), after...)
	}
	f := feed{exchange: x}
	f.wrap = func(b, json []byte) []byte { return part(b, json, "\r\n") }
	f.end = func(b []byte) []byte { return part(b, event{ID: f.told}.append(nil), "--\r\n") }
	return f.run("multipart/x-mixed-replace; boundary="+boundary, "--"+boundary+"\r\n")
}
