package deflate

import (
	"fmt"

	"github.com/klauspost/compress/flate"
)

// flushed is the end of an empty stored block, to which every piece of a
// message is flushed (RFC 7692 section 7.2.1). The receiver of a message knows
// that it is there, so that it is not sent.
const flushed = "\x00\x00\xff\xff"

// Coder deflates with a writer of klauspost/compress/flate. It is fast, it has
// nine levels, and it holds 0.8 to 1.4 MB (docs/adr/0010-two-deflaters.md). It
// keeps the window between messages until [Coder.Reset]. But at levels 1 to 6,
// and in all windows below 15 bits, a message of less than 128 octets is deflated
// without the window, which is empty behind it; an [Encoder] has no such bound.
//
// A Coder is used by one goroutine at a time and is made by [NewCoder].
type Coder struct {
	w   *flate.Writer
	out appender
}

// appender is where the flate.Writer writes: the caller's slice.
type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

// NewCoder gives a Coder with an empty window. level goes from 1, the fastest,
// to 9, the smallest output; it counts only with a window of 15 bits, since
// klauspost/compress has one way alone to keep to a smaller one. bits is the
// agreed server_max_window_bits or client_max_window_bits, 8 to 15: no
// reference goes further back than 1<<bits octets.
func NewCoder(level, bits int) (*Coder, error) {
	if level < flate.BestSpeed || level > flate.BestCompression {
		return nil, fmt.Errorf("deflate: level %d is not between 1 and 9", level)
	}
	if bits < MinWindowBits || bits > MaxWindowBits {
		return nil, fmt.Errorf("deflate: a window of %d bits is not between 8 and 15", bits)
	}
	c := &Coder{}
	var err error
	//req:impl RFC7692-7.2.1-07 RFC7692-7.2.1-13 RFC7692-7.2.1-15
	// No LZ77 sliding window over 32,768 octets, nor over what was agreed.
	if bits == MaxWindowBits {
		c.w, err = flate.NewWriter(&c.out, level)
	} else {
		c.w, err = flate.NewWriterWindow(&c.out, 1<<bits)
	}
	return c, err
}

// Append deflates p behind what was given since the last [Coder.Reset] and
// appends the result to dst, which must not overlap p. What dst has of capacity
// behind the result is overwritten. The result ends with an empty stored block,
// so that all of p can be inflated. A message may come in any number of pieces;
// with the last of them, last is true and the final 00 00 FF FF is left out. An
// empty message is the octet 00.
func (c *Coder) Append(dst, p []byte, last bool) []byte {
	c.out.b = dst
	// The appender takes everything, so neither of the two can fail.
	_, _ = c.w.Write(p)
	_ = c.w.Flush()
	dst, c.out.b = c.out.b, nil
	return cut(dst, last)
}

// cut takes off the end of the empty stored block that dst ends with, if this
// is the last piece of a message.
//
//req:impl RFC7692-6.1-01 RFC7692-7.2.1-05 RFC7692-7.2.1-06
func cut(dst []byte, last bool) []byte {
	if last {
		return dst[:len(dst)-len(flushed)]
	}
	return dst
}

// Reset empties the window: what is deflated next refers to nothing before it.
// At levels 7 to 9 that clears 640 KiB, at the others next to nothing.
//
//req:impl RFC7692-7.2.1-08 RFC7692-7.2.1-11
func (c *Coder) Reset() { c.w.Reset(&c.out) }
