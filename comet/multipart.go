package comet

import (
	"crypto/rand"
	"strconv"
)

// multipart is multipart streaming: each part takes the place of the one before
// (multipart/x-mixed-replace). The delimiter that a part ends with is sent with
// it, or the part would not be over until the next one comes.
func (x *exchange) multipart() error {
	if err := x.begin(); err != nil {
		return err
	}
	boundary := rand.Text() // no event can have it in it
	delimiter := "\r\n--" + boundary
	part := func(b, body []byte) []byte {
		b = append(b, "\r\nContent-Type: application/json\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, "\r\n\r\n"...)
		return append(append(b, body...), delimiter...)
	}
	f := feed{exchange: x, idle: part(nil, []byte("{}")), wrap: func(b []byte, e event) []byte {
		return part(b, e.append(nil))
	}}
	return f.run("multipart/x-mixed-replace; boundary="+boundary, "--"+boundary, "--\r\n")
}
