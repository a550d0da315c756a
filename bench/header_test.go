package bench

import (
	"bytes"
	"testing"

	gobwas "github.com/gobwas/ws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// frameHeaders are headers with a payload length in each of its three forms
// (section 5.2). A server gets masked ones, a client plain ones.
var frameHeaders = []struct {
	name   string
	header frame.Header
}{
	{"masked/32", clientHeader(32)},
	{"masked/1024", clientHeader(1 << 10)},
	{"masked/1048576", clientHeader(1 << 20)},
	{"plain/32", frame.NewHeader(true, 0, frame.OpBinary, 32)},
	{"plain/1024", frame.NewHeader(true, 0, frame.OpBinary, 1<<10)},
	{"plain/1048576", frame.NewHeader(true, 0, frame.OpBinary, 1<<20)},
}

// aKey is a masking key, in both spellings.
const aKey frame.Key = 0x3d21fa37

var aMask = [4]byte{0x37, 0xfa, 0x21, 0x3d}

func clientHeader(length int64) frame.Header {
	return frame.NewHeader(true, 0, frame.OpBinary, length).WithKey(aKey)
}

// Both libraries read the same in a header.
func TestHeaders(t *testing.T) {
	for _, c := range frameHeaders {
		t.Run(c.name, func(t *testing.T) {
			octets := c.header.Append(nil)
			h, n, err := frame.Parse(octets)
			require.NoError(t, err)
			assert.Equal(t, len(octets), n)
			assert.Equal(t, c.header, h)
			g, err := gobwas.ReadHeader(bytes.NewReader(octets))
			require.NoError(t, err)
			assert.Equal(t, gobwas.Header{
				Fin: h.Fin(), OpCode: gobwas.OpBinary, Masked: h.Masked(), Length: h.Length, Mask: maskOf(h),
			}, g)
		})
	}
}

func maskOf(h frame.Header) [4]byte {
	if h.Masked() {
		return aMask
	}
	return [4]byte{}
}

// BenchmarkHeader takes a header apart. frame.Parse is given the octets,
// gobwas's function takes them from a reader; no other library has a function
// for this that can be called from outside.
func BenchmarkHeader(b *testing.B) {
	for _, c := range frameHeaders {
		octets := c.header.Append(nil)
		b.Run(c.name+"/longwire", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if h, n, err := frame.Parse(octets); n != len(octets) || err != nil || h.Length != c.header.Length {
					b.Fatal(n, err)
				}
			}
		})
		b.Run(c.name+"/gobwas", func(b *testing.B) {
			b.ReportAllocs()
			r, scratch := bytes.NewReader(nil), make([]byte, gobwas.MaxHeaderSize)
			for b.Loop() {
				r.Reset(octets)
				if h, err := gobwas.ReadHeaderBuffer(r, scratch); err != nil || h.Length != c.header.Length {
					b.Fatal(err)
				}
			}
		})
	}
}
