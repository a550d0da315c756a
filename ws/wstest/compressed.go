package wstest

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"

	"longwire.example/ws/frame"
)

// rsv1 marks the first frame of a compressed message (RFC 7692 section 6).
const rsv1 = 0x40

// windowSize is the LZ77 sliding window of compress/flate: 15 bits.
const windowSize = 1 << 15

// Compressed gives the frame as a message of permessage-deflate (RFC 7692
// section 7.2.1): its payload deflated by itself, with RSV1 set. The payload is
// then the octets of the wire, so that Cut, More and the others can do to it
// what they like. A [Compressor] makes messages that refer to those before.
func (f Frame) Compressed() Frame { return new(Compressor).Compress(f) }

// Cut gives the frame as fragments: the first ones with payloads of these
// sizes, and one more with what is left. Reserved bits stay on the first.
func (f Frame) Cut(sizes ...int) []Frame {
	rest := f.Payload
	fragments := make([]Frame, len(sizes)+1)
	for i := range fragments {
		n := len(rest)
		if i < len(sizes) {
			n = min(sizes[i], n)
		}
		part := f
		part.Payload, rest = rest[:n:n], rest[n:]
		part.Fin = f.Fin && i == len(sizes)
		if i > 0 {
			part.Op, part.RSV = frame.OpContinuation, 0
		}
		fragments[i] = part
	}
	return fragments
}

// Compressor compresses messages with context takeover: each may refer to those
// before. The zero value is at the beginning of a connection, its window has 15
// bits. It is for one direction of a connection, and what it gives is to be
// sent in the same order.
type Compressor struct {
	w   *flate.Writer
	out bytes.Buffer
}

// Compress gives the frame with its payload deflated and RSV1 set.
func (c *Compressor) Compress(f Frame) Frame {
	if c.w == nil {
		// The level is one that there is, and a Buffer takes everything.
		c.w, _ = flate.NewWriter(&c.out, flate.DefaultCompression)
	}
	c.out.Reset()
	_, _ = c.w.Write(f.Payload)
	_ = c.w.Flush()
	// Flush ends with an empty stored block, of which the last four octets are
	// not sent (section 7.2.1).
	f.Payload = bytes.Clone(c.out.Bytes()[:c.out.Len()-len(tail)])
	f.RSV |= rsv1
	return f
}

// tail is what is not sent of a compressed message.
const tail = "\x00\x00\xff\xff"

// Decompressed undoes Compressed: RSV1 is cleared and the payload inflated. The
// frame is a whole message, and one that refers to others is an error.
func (f Frame) Decompressed() (Frame, error) { return new(Decompressor).Decompress(f) }

// Decompressor undoes a [Compressor], of whatever make: it keeps the window
// from message to message. The zero value is at the beginning of a connection.
type Decompressor struct{ window []byte }

// Decompress gives the frame, a whole message, with its payload inflated and
// RSV1 cleared.
func (d *Decompressor) Decompress(f Frame) (Frame, error) {
	if f.RSV&rsv1 == 0 {
		return f, errors.New("message is not compressed")
	}
	if !f.Fin {
		return f, errors.New("compressed message: not whole: more fragments follow")
	}
	p, err := inflate(f.Payload, d.window)
	if err != nil {
		return f, fmt.Errorf("compressed message: %w", notEOF(err))
	}
	d.window = append(d.window, p...)
	d.window = d.window[max(0, len(d.window)-windowSize):]
	f.Payload, f.RSV = p, f.RSV&^rsv1
	return f, nil
}

// inflate inflates a message behind a window (section 7.2.2). What it ends with
// has to be the empty stored block that the sender cut.
func inflate(p, window []byte) ([]byte, error) {
	// The final block behind it, also empty and stored, tells package flate
	// that this is the end.
	in := bytes.NewReader(append(append(bytes.Clone(p), tail...), "\x01"+tail...))
	out := bytes.Clone(window)
	for in.Len() > 0 {
		// A message may have final blocks in the middle (section 7.2.3.4). The
		// next block begins at an octet then.
		r := flate.NewReaderDict(in, out[max(0, len(out)-windowSize):])
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out[len(window):], nil
}
