package bench

import (
	"bytes"
	stdflate "compress/flate"

	"github.com/klauspost/compress/flate"
)

// referee compresses recordings, so that nobody reads what it wrote itself:
// compress/flate at level 6, or klauspost/compress where the window is smaller.
type referee struct {
	takeover bool
	out      bytes.Buffer
	w        interface {
		Write(p []byte) (int, error)
		Flush() error
	}
	reset func()
}

func newReferee(o choice) *referee {
	r := &referee{takeover: o.takeover}
	if o.bits == 15 {
		w, err := stdflate.NewWriter(&r.out, 6)
		if err != nil {
			panic(err) // there is such a level
		}
		r.w, r.reset = w, func() { w.Reset(&r.out) }
		return r
	}
	w, err := flate.NewWriterWindow(&r.out, 1<<o.bits)
	if err != nil {
		panic(err) // there are such windows
	}
	r.w, r.reset = w, func() { w.Reset(&r.out) }
	return r
}

// compress gives p as the payload of a message (RFC 7692 section 7.2.1), valid
// until the next call.
func (r *referee) compress(p []byte) []byte {
	r.out.Reset()
	if !r.takeover {
		r.reset()
	}
	_, _ = r.w.Write(p) // a bytes.Buffer takes all
	_ = r.w.Flush()
	return bytes.TrimSuffix(r.out.Bytes(), []byte("\x00\x00\xff\xff"))
}
