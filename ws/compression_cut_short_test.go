package ws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// halting is a fed that lets the deadline pass at most of its reads.
type halting struct {
	fed
	below func(n int) int
	gave  bool
}

func (h *halting) Read(p []byte) (int, error) {
	if h.gave = !h.gave; h.gave && h.below(3) > 0 {
		return 0, os.ErrDeadlineExceeded
	}
	h.step = 1 + h.below(1+h.below(3000))
	return h.fed.Read(p)
}

// Reads of compressed messages that are cut short again and again, go on in
// another way each time, or leave a message in the middle: each message comes
// as it was sent, though it refers to those before.
func TestW16_CompressedReadsCutShort(t *testing.T) {
	for seed := range byte(25) {
		r := rand.NewChaCha8([32]byte{seed})
		below := func(n int) int { return int(r.Uint64() % uint64(n)) }
		messages, p := corpus(seed, 30), newPacker(t)
		var wire []byte
		for i, m := range messages {
			k := below(len(m) + 1)
			switch i % 3 {
			case 0:
				wire = append(wire, fromClient(false, true, frame.OpText, p.piece(string(m[:k]), false))...)
				wire = append(wire, fromClient(true, false, frame.OpPing, []byte("between"))...)
				wire = append(wire, fromClient(true, false, frame.OpContinuation, p.piece(string(m[k:]), true))...)
			case 1:
				wire = append(wire, fromClient(true, true, frame.OpText, p.piece(string(m), true))...)
			default:
				wire = append(wire, fromClient(true, false, frame.OpText, m)...)
			}
		}
		h := &halting{fed: fed{octets: wire, closed: make(chan struct{})}, below: below}
		c := compressedOver(t, h, RoleServer, handshake.DeflateParams{}, &Options{PingInterval: -1})
		for i, want := range messages {
			got, whole, err := readHalting(c, below)
			require.NoError(t, err, "seed %d, message %d", seed, i)
			if !whole {
				want = want[:len(got)]
			}
			require.Equal(t, string(want), string(got), "seed %d, message %d", seed, i)
		}
	}
}

// readHalting reads a message in several ways in turn; not whole if it is left
// in the middle.
func readHalting(c *Conn, below func(n int) int) (got []byte, whole bool, err error) {
	ctx := context.Background()
	for {
		var r *Reader
		switch below(4) {
		case 0:
			_, got, err = c.Read(ctx)
		case 1:
			_, got, err = c.ReadInto(ctx, append(make([]byte, 0, 6+below(2000)), "before"...))
			got = bytes.TrimPrefix(got, []byte("before"))
		case 2:
			for m, e := range c.Messages(ctx) {
				got, err = bytes.Clone(m.Data), e
				break
			}
		default:
			_, r, err = c.Reader(ctx)
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case r == nil || err != nil:
			return got, true, err
		}
		got = nil
		for part, leave := make([]byte, 1+below(4000)), below(4) == 0; ; {
			n, err := r.Read(part)
			got = append(got, part[:n]...)
			switch {
			case errors.Is(err, io.EOF):
				return got, true, nil
			case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
				return got, true, err
			case leave && len(got) > 0:
				return got, false, nil
			}
		}
	}
}
