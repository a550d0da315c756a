package ws

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// packer is a compressor that is not this project's: messages as RFC 7692 wants
// them, by compress/flate, with context takeover.
type packer struct {
	out bytes.Buffer
	w   *flate.Writer
}

func newPacker(t testing.TB) *packer {
	p := new(packer)
	var err error
	p.w, err = flate.NewWriter(&p.out, flate.BestCompression)
	require.NoError(t, err)
	return p
}

// piece gives the next octets of a message, flushed.
func (p *packer) piece(s string, last bool) []byte {
	p.out.Reset()
	_, _ = io.WriteString(p.w, s)
	_ = p.w.Flush()
	b := bytes.Clone(p.out.Bytes())
	if last {
		b = b[:len(b)-4]
	}
	return b
}

// unpacker is a decompressor that is not this project's. It remembers the whole
// past as far as a window reaches.
type unpacker struct {
	takeover bool
	past     []byte
}

func (u *unpacker) message(t testing.TB, p []byte) []byte {
	t.Helper()
	if !u.takeover {
		u.past = nil
	}
	in := append(bytes.Clone(p), 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)
	out, err := io.ReadAll(flate.NewReaderDict(bytes.NewReader(in), u.past))
	require.NoError(t, err)
	u.past = append(u.past, out...)
	u.past = u.past[max(0, len(u.past)-1<<15):]
	return out
}

// compressedOver gives a connection with permessage-deflate over nc.
func compressedOver(t testing.TB, rw io.ReadWriteCloser, role Role, p handshake.DeflateParams, o *Options) *Conn {
	t.Helper()
	c, err := NewConn(rw, role, Agreement{Deflate: &p}, o)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseNow(); <-c.gone.done() })
	return c
}

// compressedPair gives a connected server and client over loopback.
func compressedPair(t testing.TB, p handshake.DeflateParams, so, co *Options) (server, client *Conn) {
	t.Helper()
	s, c := loopback(t)
	return compressedOver(t, s, RoleServer, p, so), compressedOver(t, c, RoleClient, p, co)
}

// allTakeover lets both sides keep their context.
var allTakeover = &Compression{ServerContextTakeover: true, ClientContextTakeover: true, Threshold: -1}

// noTakeover is what is agreed on when nobody does.
var noTakeover = handshake.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true}

// fromClient makes a masked frame.
func fromClient(fin, rsv1 bool, op frame.Opcode, p []byte) []byte {
	var rsv byte
	if rsv1 {
		rsv = bitRSV1
	}
	key := frame.Key(0x04030201)
	b := frame.NewHeader(fin, rsv, op, int64(len(p))).WithKey(key).Append(nil)
	n := len(b)
	b = append(b, p...)
	key.XOR(b[n:])
	return b
}

// frames collects the frames that a connection sends.
type frames struct {
	octets []byte
}

func (f *frames) hook(o *Options) *Options {
	o.Hooks.Trace = func(_ *Conn, d Direction, octets []byte) {
		if d == Sent {
			f.octets = append(f.octets, octets...)
		}
	}
	return o
}

// sentFrame is one of them, unmasked.
type sentFrame struct {
	frame.Header
	payload []byte
}

func (f *frames) take(t *testing.T) (all []sentFrame) {
	t.Helper()
	for b := f.octets; len(b) > 0; {
		h, n, err := frame.Parse(b)
		require.NoError(t, err)
		require.Positive(t, n)
		p := bytes.Clone(b[n : n+int(h.Length)])
		h.Key.XOR(p)
		all = append(all, sentFrame{Header: h, payload: p})
		b = b[n+int(h.Length):]
	}
	f.octets = nil
	return all
}

// corpus gives messages of many kinds and sizes.
func corpus(seed byte, n int) [][]byte {
	r := rand.NewChaCha8([32]byte{seed})
	list := make([][]byte, n)
	for i := range list {
		size := int(r.Uint64() % 400)
		if i%17 == 0 {
			size = int(r.Uint64() % 100_000)
		}
		p := make([]byte, 0, size+200)
		switch i % 3 {
		case 0:
			for len(p) < size {
				row, _ := json.Marshal(map[string]any{"id": i, "user": fmt.Sprint("user-", r.Uint64()%50), "text": "hello there", "at": r.Uint64()})
				p = append(p, row...)
			}
		case 1:
			for len(p) < size {
				p = fmt.Appendf(p, "%d green bottles, hanging on the wall; ", r.Uint64()%100)
			}
		default:
			for len(p) < size {
				p = append(p, "0123456789abcdef"[r.Uint64()%16])
			}
		}
		list[i] = p
	}
	return list
}

func TestCorpusIsText(t *testing.T) {
	for _, p := range corpus(1, 60) {
		var u frame.UTF8
		assert.True(t, u.Check(p) && u.Complete())
	}
}
