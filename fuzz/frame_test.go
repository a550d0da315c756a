package fuzz

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf8"

	"longwire.example/ws/frame"
)

// FuzzFrameHeader: what Parse reads, Append writes octet for octet; a header
// that is cut short is never wrong unless the whole is, and no longer one
// changes its mind.
func FuzzFrameHeader(f *testing.F) {
	for _, seed := range []string{
		"\x81\x05", "\x81\x85\x37\xfa\x21\x3d", "\x82\x7e\x01\x00", "\x82\xfe\x00\x7e\x01\x02\x03\x04",
		"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", "\x82\x7e\x00\x7d", "\x82\x7f\x80", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n, err := frame.Parse(b)
		switch {
		case err != nil:
			if n != 0 {
				t.Fatalf("% x: %d octets with %v", b, n, err)
			}
		case n > 0:
			if h.Length < 0 || n != h.Len() {
				t.Fatalf("% x: %+v, %d octets, Len %d", b, h, n, h.Len())
			}
			if out := h.Append(nil); !bytes.Equal(out, b[:n]) {
				t.Fatalf("% x came back as % x", b[:n], out)
			}
			buf := slices.Clone(b)
			clear(buf[:n])
			if start := h.PutBefore(buf, n); start != 0 || !bytes.Equal(buf, b) {
				t.Fatalf("% x put before at %d: % x", b, start, buf)
			}
			made := frame.NewHeader(h.Fin(), h.RSV(), h.Opcode(), h.Length)
			if h.Masked() {
				made = made.WithKey(h.Key)
			}
			if made != h {
				t.Fatalf("% x: made %+v, parsed %+v", b, made, h)
			}
		case len(b) >= frame.MaxHeader:
			t.Fatalf("% x: needs more than a header can have", b)
		}
		// The answer appears at one octet and stays.
		decided := false
		for end := range len(b) + 1 {
			part, m, partErr := frame.Parse(b[:end])
			if m == 0 && partErr == nil {
				if decided {
					t.Fatalf("% x: undecided again at %d", b, end)
				}
				continue
			}
			decided = true
			if m != n || partErr != err || part != h { //nolint:errorlint // the very same variable is meant
				t.Fatalf("% x at %d: %+v, %d, %v; whole: %+v, %d, %v", b, end, part, m, partErr, h, n, err)
			}
		}
	})
}

// FuzzFrameMask: any two cuts give what a loop over the octets gives.
func FuzzFrameMask(f *testing.F) {
	f.Add(uint32(0x3d21fa37), []byte("Hello"), uint16(3), uint16(2))
	f.Add(uint32(0), bytes.Repeat([]byte("longwire"), 20), uint16(33), uint16(64))
	f.Add(uint32(0xff000001), bytes.Repeat([]byte{0xff}, 99), uint16(0), uint16(1))
	f.Fuzz(func(t *testing.T, k uint32, b []byte, first, second uint16) {
		want := make([]byte, len(b))
		for i := range b {
			want[i] = b[i] ^ byte(k>>(8*(i%4)))
		}
		i := min(int(first), len(b))
		j := min(i+int(second), len(b))
		in, out := slices.Clone(b), make([]byte, len(b))
		key := frame.Key(k).XOR(in[:i])
		key = key.XOR(in[i:j])
		key.XOR(in[j:])
		key = frame.Key(k).XORCopy(out[:i], b)
		key = key.XORCopy(out[i:], b[i:j])
		key.XORCopy(out[j:], b[j:])
		if !bytes.Equal(in, want) || !bytes.Equal(out, want) {
			t.Fatalf("key %#x, % x cut at %d and %d: in place % x, copied % x", k, b, i, j, in, out)
		}
	})
}

// FuzzFrameUTF8: a text in two pieces is valid when utf8.Valid says so of the
// whole, and the first impossible octet is where no continuation helps.
func FuzzFrameUTF8(f *testing.F) {
	for _, seed := range []string{
		"", "ascii only, more than one word", "κόσμε", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "\xe2\x82", "aaaaaaa\xf0\x9f\x98\x80",
	} {
		f.Add([]byte(seed), uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint16) {
		i := min(int(cut), len(b))
		var u frame.UTF8
		at := u.CheckAt(b[:i])
		if at < 0 {
			if at = u.CheckAt(b[i:]); at >= 0 {
				at += i
			}
		}
		if valid := at < 0 && u.Complete(); valid != utf8.Valid(b) {
			t.Fatalf("% x cut at %d: impossible at %d, complete %t", b, i, at, u.Complete())
		}
		if want := firstImpossible(b); at != want {
			t.Fatalf("% x cut at %d: impossible at %d, want %d", b, i, at, want)
		}
	})
}

// firstImpossible tries to complete what unicode/utf8 does not accept.
func firstImpossible(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r != utf8.RuneError || n > 1 {
			i += n
			continue
		}
		for end := i + 1; end <= len(b); end++ {
			if !completable(b[i:end]) {
				return end - 1
			}
		}
		return -1
	}
	return -1
}

// completable reports whether some octets after b make it one code point. The
// next octet alone decides it: those after it may be anything from 80 to BF.
func completable(b []byte) bool {
	if len(b) >= utf8.UTFMax {
		return false
	}
	for second := 0x80; second <= 0xBF; second++ {
		whole := append(slices.Clone(b), byte(second))
		for len(whole) <= utf8.UTFMax {
			if r, n := utf8.DecodeRune(whole); r != utf8.RuneError && n == len(whole) || string(whole) == "\uFFFD" {
				return true
			}
			whole = append(whole, 0x80)
		}
	}
	return false
}

// FuzzFrameClose: a payload that is accepted is the one that its code and
// reason make, and only then could it have been sent.
func FuzzFrameClose(f *testing.F) {
	for _, seed := range []string{"", "\x03", "\x03\xe8", "\x03\xe8bye", "\x03\xed", "\x0b\xb8\xff", "\x13\x87\u20ac"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		code, reason, err := frame.ParseClose(b)
		out, sendErr := frame.AppendClose(nil, code, string(reason))
		if err != nil {
			if len(b) >= 2 && code.Sendable() && utf8.Valid(b[2:]) {
				t.Fatalf("% x refused: %v", b, err)
			}
			return
		}
		if len(b) > frame.MaxControlPayload {
			if sendErr == nil {
				t.Fatalf("%d octets may be sent", len(b))
			}
			return
		}
		if sendErr != nil || !bytes.Equal(out, b) {
			t.Fatalf("% x came back as % x, %v", b, out, sendErr)
		}
	})
}

// FuzzFrameAnnotator: whatever the octets and however they are cut, the same is
// shown, in space that is linear in them.
func FuzzFrameAnnotator(f *testing.F) {
	for _, seed := range []string{
		"\x81\x05Hello", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "\x01\x03Hel\x89\x00\x80\x02lo", "\x88\x02\x03\xe8",
		"\x82\x7e\x00\x05", "\x82\x7f\x80", "\xf3\xff", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xffrest", "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00",
	} {
		f.Add([]byte(seed), uint16(3), byte(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint16, options byte) {
		a := frame.Annotator{
			From: frame.Side(options % 3), Deflate: options&4 != 0, MaxPayload: int(options>>3) - 1,
		}
		i := min(int(cut), len(b))
		whole := annotate(a, b)
		if cut := annotate(a, b[:i], b[i:]); !bytes.Equal(whole, cut) {
			t.Fatalf("% x cut at %d:\n%s\nwhole:\n%s", b, i, cut, whole)
		}
		if one := annotate(a, slices.Collect(slices.Chunk(b, 1))...); !bytes.Equal(whole, one) {
			t.Fatalf("% x octet by octet:\n%s\nwhole:\n%s", b, one, whole)
		}
		if len(whole) > 1200+700*len(b) {
			t.Fatalf("%d octets give %d", len(b), len(whole))
		}
		if !utf8.Valid(whole) || bytes.ContainsFunc(whole, func(r rune) bool { return r < ' ' && r != '\n' }) {
			t.Fatalf("not safe for a terminal: %q", whole)
		}
		frame.Dump(b)
	})
}

// annotate gives all that a shows of the pieces.
func annotate(a frame.Annotator, pieces ...[]byte) []byte {
	var out []byte
	for _, p := range pieces {
		for len(p) > 0 {
			an, n, ok := a.Next(p)
			if p = p[n:]; ok {
				out = an.Append(out)
			}
		}
	}
	if an, ok := a.Flush(); ok {
		out = an.Append(out)
	}
	return out
}
