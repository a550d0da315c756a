package fuzz

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"strings"
	"testing"

	"longwire.example/ws/deflate"
)

// inflated is what an Inflater makes of a message.
type inflated struct {
	out []byte
	err error
}

// inflate feeds message to an Inflater whose window of 1<<bits octets has
// before in it, with pieces of src and dst of the sizes that size gives.
func inflate(t *testing.T, bits int, before, message []byte, size func() int) (r inflated) {
	t.Helper()
	var z deflate.Inflater
	w := deflate.NewWindow(bits)
	for len(before) > 0 {
		n := min(len(before), 1000)
		stored := append([]byte{0, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}, before[:n]...)
		before = before[n:]
		z.Start(bits, w)
		if _, _, done, err := z.Inflate(make([]byte, n), append(stored, 0), true); !done {
			t.Fatal(err)
		}
	}
	z.Start(bits, w)
	var dst []byte
	given := 0
	for piece, end := []byte(nil), 0; ; {
		if len(piece) == 0 && end < len(message) {
			piece = bytes.Clone(message[end:min(len(message), end+max(1, size()))])
			end += len(piece)
		}
		dst = make([]byte, max(1, size()))
		n, read, done, err := z.Inflate(dst, piece, end == len(message))
		r.out = append(r.out, dst[:n]...)
		given += read
		if z.OutputOffset() != int64(len(r.out)) || z.InputOffset() > int64(given) {
			t.Fatalf("output %d of %d, input %d of %d", z.OutputOffset(), len(r.out), z.InputOffset(), given)
		}
		// 258 octets for two bits are the most that there is.
		if len(r.out) > 1032*given {
			t.Fatalf("%d octets became %d", given, len(r.out))
		}
		clear(piece[:read])
		piece = piece[read:]
		if done || err != nil {
			if held := w.Len(); held > 1<<bits || w.Cap() > max(256, 2*held-1) {
				t.Fatalf("a window of %d bits holds %d in %d", bits, held, w.Cap())
			}
			r.err = err
			return r
		}
		if n < len(dst) && (len(piece) > 0 || end == len(message)) {
			t.Fatalf("stops at %d of %d with room for %d", given, len(message), len(dst)-n)
		}
	}
}

// standard is what compress/flate makes of DEFLATE streams one behind another
// at octets, up to the end or an error.
func standard(before, message []byte) (out []byte, err error) {
	r := bytes.NewReader(message)
	fr := flate.NewReader(r)
	all := bytes.Clone(before)
	for {
		if err := fr.(flate.Resetter).Reset(r, all[max(0, len(all)-1<<15):]); err != nil {
			return nil, err
		}
		p, err := io.ReadAll(fr)
		all = append(all, p...)
		if err != nil || r.Len() == 0 {
			return all[len(before):], err
		}
	}
}

// endsWell reports whether a stored block of any length can go on behind
// message: whether it ends with the header of one.
func endsWell(before, message, out []byte) bool {
	for _, word := range []string{"\x05\x00\xfa\xffHello", "\x07\x00\xf8\xffGoodbye"} {
		got, err := standard(before, append(bytes.Clone(message), word...))
		if !errors.Is(err, io.ErrUnexpectedEOF) && err != nil || string(got) != string(out)+word[4:] {
			return false
		}
	}
	return true
}

// FuzzInflate: of arbitrary octets, in pieces of any size, with anything in a
// window of any size, an Inflater makes what compress/flate does, up to the
// same error. They differ in this: compress/flate knows windows of 32 KiB only,
// and takes a literal/length code without an end of block, which zlib refuses.
//
//req:test RFC7692-7.2.1-01 RFC7692-7.2.1-02 RFC7692-7.2.1-03 RFC7692-7.2.2-11
func FuzzInflate(f *testing.F) {
	for _, seed := range []string{
		"", "\x00", "\x02\x00", "\x03\x00", "\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00",
		"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
		"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "\xf3\x48\xcd\xc9\xc9\x07\x00", "\x06",
		"\x04\xe0\x81\x00\x00\x00\x00\x00\x10\xfc\x5f\x03",                                  // a dynamic block with only its end
		"\x04\xc0\x87\x19@0\x10\x05\xe0U\xde\b\xe9\xe53M \x9c\xdeN\x9b\xde7a\xfb9,\x04\x80", // ends in a repetition that can't be
		"$0\x00\x00", // ends with a code of code lengths that has no code
		"\xec\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xac\xef\x5f\xc2\x1c\x6e\x40\x01\x00\x00\x00\x00\x00\x00\x00\x00\xc0\xbf\x01",
	} {
		f.Add([]byte(seed), []byte("Hello"), byte(15), []byte{1})
	}
	text := strings.Repeat("how vexingly quick daft zebras jump; ", 20) + strings.Repeat("0123456789", 30)
	for i, level := range []int{flate.HuffmanOnly, 1, 6, 9} {
		var b bytes.Buffer
		fw, err := flate.NewWriterDict(&b, level, []byte("quick zebras "))
		if err != nil {
			f.Fatal(err)
		}
		if _, err := io.WriteString(fw, text[100*i:]); err != nil {
			f.Fatal(err)
		}
		if err := fw.Flush(); err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff")), []byte("quick zebras "), byte(8+2*i), []byte{7, 200, 1})
		if err := fw.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), []byte("quick zebras "), byte(15-2*i), []byte{0, 0, 60})
	}
	f.Fuzz(func(t *testing.T, message, before []byte, bits byte, cuts []byte) {
		size := 8 + int(bits&7)
		// Longer ones only take longer.
		message, before = message[:min(len(message), 1<<12)], before[:min(len(before), 1<<16)]
		whole := inflate(t, size, before, message, func() int { return 1 << 16 })
		next := 0
		cut := inflate(t, size, before, message, func() int {
			if len(cuts) == 0 {
				return 1
			}
			next++
			return int(cuts[next%len(cuts)])
		})
		if !bytes.Equal(cut.out, whole.out) || !errors.Is(cut.err, whole.err) {
			t.Fatalf("cut %q %v, whole %q %v", cut.out, cut.err, whole.out, whole.err)
		}

		// Octets behind the message: compress/flate wants more bits at a time.
		out, err := standard(before, append(bytes.Clone(message), make([]byte, 8)...))
		ended, endErr := standard(before, message)
		var corrupt flate.CorruptInputError
		switch {
		case whole.err == nil:
			final := len(message) == 0 || endErr == nil && bytes.Equal(ended, whole.out)
			if !final && !endsWell(before, message, whole.out) {
				t.Fatalf("%q is no message: %q, %v", message, ended, endErr)
			}
		case errors.Is(whole.err, deflate.ErrUnfinishedBlock):
			// compress/flate may have seen something wrong in a code whose extra
			// bits are missing; an Inflater judges both together.
			if !errors.Is(endErr, io.ErrUnexpectedEOF) && !errors.As(endErr, &corrupt) || !bytes.HasPrefix(whole.out, ended) || !bytes.HasPrefix(out, whole.out) {
				t.Fatalf("%q: %q, compress/flate %q %v, longer %q", message, whole.out, ended, endErr, out)
			}
			if endsWell(before, message, whole.out) {
				t.Fatalf("%q is a message", message)
			}
		case errors.Is(whole.err, deflate.ErrDistance) && size < deflate.MaxWindowBits, errors.Is(whole.err, deflate.ErrNoEndOfBlock):
			if !bytes.HasPrefix(out, whole.out) {
				t.Fatalf("%q: %q, compress/flate %q", message, whole.out, out)
			}
		default:
			if !errors.As(err, &corrupt) || !bytes.Equal(out, whole.out) {
				t.Fatalf("%q: %q %v, compress/flate %q %v", message, whole.out, whole.err, out, err)
			}
		}
	})
}
