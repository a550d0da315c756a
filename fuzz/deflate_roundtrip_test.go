package fuzz

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// deflatePeer is the receiver of one direction. It inflates with a window of
// exactly the agreed size, and once more with compress/flate.
type deflatePeer struct {
	bits   int
	window *deflate.Window
	z      deflate.Inflater
	oracle io.ReadCloser
	plain  []byte // all that is in the window, and more
}

func newDeflatePeer(bits int) *deflatePeer {
	return &deflatePeer{bits: bits, window: deflate.NewWindow(bits), oracle: flate.NewReader(nil)}
}

func (p *deflatePeer) reset() {
	p.window.Reset()
	p.plain = p.plain[:0]
}

// receive takes a compressed message that should give want.
func (p *deflatePeer) receive(t *testing.T, deflated, want []byte) {
	t.Helper()
	dict := p.plain[max(0, len(p.plain)-1<<15):]
	tail := "\x00\x00\xff\xff\x01\x00\x00\xff\xff" // and a last block, which compress/flate waits for
	src := bytes.NewReader(append(slices.Clip(deflated), tail...))
	require.NoError(t, p.oracle.(flate.Resetter).Reset(src, dict))
	oracle, err := io.ReadAll(p.oracle)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, oracle))

	dst := make([]byte, len(want)+1)
	p.z.Start(p.bits, p.window)
	n, read, done, err := p.z.Inflate(dst, deflated, true)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, len(deflated), read)
	require.True(t, bytes.Equal(want, dst[:n]))
	p.plain = append(p.plain, want...)
}

// FuzzDeflateRoundTrip: whatever is sent in whatever pieces over connections
// with any parameters comes out again. The script says what happens: each step
// is an octet for what, one for how, two for a size, and the octets to send
// follow.
func FuzzDeflateRoundTrip(f *testing.F) {
	f.Add([]byte("\x03\x00\x05\x00Hello\x03\x00\x05\x00Hello"), uint8(15), uint8(1))
	f.Add([]byte("\x05\x01\x40\x00abcdefgh\x00\x00\x00\x00\x06\x02\xff\xffabcabcab\x01\x00\x20\x00abc{}\x22,\x22:"), uint8(8), uint8(6))
	f.Add(bytes.Repeat([]byte("\x04\x03\x00\x04{\"type\":\"message\",\"id\":"), 40), uint8(9), uint8(9))
	f.Add(bytes.Repeat([]byte("\x02\x09\x00\x30\x80\xff\x17\xe1\x9a"), 20), uint8(12), uint8(4))
	// What takes long to make is used again.
	type parameters struct{ level, window int }
	coders := map[parameters]*deflate.Coder{}
	var peers [16][3]*deflatePeer
	var e deflate.Encoder
	f.Fuzz(func(t *testing.T, script []byte, bits, level uint8) {
		window := 8 + int(bits&7)
		with := parameters{1 + int(level%9), window}
		if coders[with] == nil {
			c, err := deflate.NewCoder(with.level, window)
			require.NoError(t, err)
			coders[with] = c
		}
		if peers[window][0] == nil {
			for i := range peers[window] {
				peers[window][i] = newDeflatePeer(window)
			}
		}
		c, x := coders[with], deflate.NewContext(window)
		ours, theirs, alone := peers[window][0], peers[window][1], peers[window][2]
		c.Reset()
		ours.reset()
		theirs.reset()

		for sent := 0; len(script) >= 4 && sent < 1<<18; {
			what, how, size := script[0], script[1], int(script[2])|int(script[3])<<8
			script = script[4:]
			// The octets are those that follow, over and over with a little that
			// changes, if they are too few.
			some := script[:min(len(script), size, 300)]
			script = script[len(some):]
			p := make([]byte, 0, size+len(some))
			for i := 0; len(p) < size; i++ {
				p = append(append(p, some...), byte(i*int(how)>>3))
			}
			p = p[:size]
			sent += size

			switch what & 7 {
			case 0:
				x.Reset()
				ours.reset()
				c.Reset()
				theirs.reset()
				continue
			case 1, 2:
				// A message that is deflated alone, once for all connections.
				shared := e.AppendAlone(nil, window, p, true)
				alone.reset()
				alone.receive(t, shared, p)
				ours.receive(t, shared, p)
				x.Add(p)
				require.Equal(t, ours.window.Len(), x.Len())
				continue
			}
			cut := min(size, int(how)*(size>>8))
			var a, b []byte
			if what&8 != 0 {
				a, b = e.Append(a, x, p[:cut], false), c.Append(b, p[:cut], false)
				require.True(t, bytes.HasSuffix(a, []byte("\x00\x00\xff\xff")))
				require.True(t, bytes.HasSuffix(b, []byte("\x00\x00\xff\xff")))
			} else {
				cut = 0
			}
			a, b = e.Append(a, x, p[cut:], true), c.Append(b, p[cut:], true)
			ours.receive(t, a, p)
			theirs.receive(t, b, p)
			require.Equal(t, ours.window.Len(), x.Len())
			require.LessOrEqual(t, len(a), size+5*(size/32760+3)+2)
		}
	})
}
