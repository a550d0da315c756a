package wstest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// DefaultPatience is how long a step of a conversation waits before it fails.
// In a synctest bubble it is a minute of the bubble's time, long enough for a
// keepalive Ping.
const DefaultPatience = time.Minute

// wire is one side of a connection as frames. It follows no rules in what it
// sends, and judges of what it receives only masking.
type wire struct {
	c        net.Conn
	role     protocol.Role
	in       *bufio.Reader
	keys     *rand.ChaCha8
	patience time.Duration
	// decompressor has seen every compressed message that was expected.
	decompressor Decompressor
}

func newWire(c net.Conn, role protocol.Role) *wire {
	return &wire{c: c, role: role, in: bufio.NewReader(c), keys: newKeys(), patience: DefaultPatience}
}

// newKeys gives masking keys. They are the same ones in each conversation, so
// that a script has the same octets each time it is played.
func newKeys() *rand.ChaCha8 {
	return rand.NewChaCha8([32]byte([]byte("masking keys of package wstest. ")))
}

func nextKey(keys *rand.ChaCha8) frame.Key { return frame.Key(keys.Uint64()) } //nolint:gosec // half of it is a key

func (w *wire) deadline() time.Time {
	if w.patience <= 0 {
		return time.Time{}
	}
	return time.Now().Add(w.patience)
}

// send writes frames in one write.
func (w *wire) send(frames []Frame) error {
	var b []byte
	for _, f := range frames {
		b = f.Append(b, w.role, nextKey(w.keys))
	}
	if len(b) == 0 {
		return nil
	}
	if err := w.c.SetWriteDeadline(w.deadline()); err != nil {
		return err
	}
	_, err := w.c.Write(b)
	return err
}

// next reads one frame.
func (w *wire) next() (Frame, error) {
	if err := w.c.SetReadDeadline(w.deadline()); err != nil {
		return Frame{}, err
	}
	h, err := w.header()
	if err != nil {
		return Frame{}, err
	}
	f := Frame{Op: h.Opcode(), Fin: h.Fin(), RSV: h.RSV()}
	// What the header declares is not trusted: the buffer grows as octets come.
	var p bytes.Buffer
	if _, err := io.CopyN(&p, w.in, h.Length); err != nil {
		return f, fmt.Errorf("in the payload of %v: %w", f.Op, notEOF(err))
	}
	f.Payload = p.Bytes()
	if h.Masked() {
		h.Key.XOR(f.Payload)
	}
	switch {
	case h.Masked() && w.role == protocol.Client:
		return f, fmt.Errorf("%w: %v", frame.ErrMasked, f)
	case !h.Masked() && w.role == protocol.Server:
		return f, fmt.Errorf("%w: %v", frame.ErrUnmasked, f)
	}
	return f, nil
}

// header reads the header of a frame. It gives io.EOF when the stream ends
// before it.
func (w *wire) header() (frame.Header, error) {
	for n := 2; ; n++ {
		b, err := w.in.Peek(n)
		if err != nil {
			if len(b) > 0 {
				err = fmt.Errorf("in a header: %w", notEOF(err))
			}
			return frame.Header{}, err
		}
		h, size, err := frame.Parse(b)
		if err != nil {
			return h, err
		}
		if size > 0 {
			_, err = w.in.Discard(size)
			return h, err
		}
	}
}

// notEOF marks an end in the middle of something.
func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// expect reads one frame that must be want.
func (w *wire) expect(want Frame) error {
	if want.raw {
		return errors.New("octets can be sent, not expected")
	}
	got, err := w.next()
	if err != nil {
		return err
	}
	if !got.Equal(want) {
		return fmt.Errorf("got %v", got)
	}
	return nil
}

// message reads the frames of one message, however it is cut.
func (w *wire) message() (Frame, error) {
	whole, err := w.next()
	for err == nil && !whole.Fin {
		var got Frame
		if got, err = w.next(); err != nil {
			break
		}
		if got.Op != frame.OpContinuation || got.RSV != 0 {
			return whole, fmt.Errorf("got %v inside the message", got)
		}
		whole.Payload = append(whole.Payload, got.Payload...)
		whole.Fin = got.Fin
	}
	return whole, err
}

func (w *wire) expectMessage(want Frame) error {
	got, err := w.message()
	if err != nil {
		return err
	}
	if !got.Equal(want) {
		return fmt.Errorf("got %v", got)
	}
	return nil
}

// expectCompressed reads one compressed message, which may refer to those
// before only with takeover.
func (w *wire) expectCompressed(want Frame, takeover bool) error {
	got, err := w.message()
	if err != nil {
		return err
	}
	plain, err := w.decompressor.Decompress(got)
	if err == nil && !takeover {
		plain, err = got.Decompressed()
	}
	if err != nil {
		return fmt.Errorf("%w: got %v", err, got)
	}
	if !plain.Equal(want) {
		return fmt.Errorf("got %v, compressed", plain)
	}
	return nil
}

func (w *wire) expectClose(code frame.CloseCode) error {
	got, err := w.next()
	if err != nil {
		return err
	}
	if got.CloseCode() != code || !got.Fin || got.RSV != 0 {
		return fmt.Errorf("got %v", got)
	}
	return nil
}

func (w *wire) expectEOF() error {
	got, err := w.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return fmt.Errorf("got %v", got)
	}
}

// expectNothing waits for d, in which nothing may come, not even the end.
func (w *wire) expectNothing(d time.Duration) error {
	if err := w.c.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	_, err := w.in.Peek(1)
	switch {
	case errors.Is(err, errTimeout):
		return nil
	case err != nil:
		return err
	}
	got, err := w.next()
	if err != nil {
		return err
	}
	return fmt.Errorf("got %v", got)
}

// drain reads until the transport ends, whatever comes.
func (w *wire) drain() error {
	if err := w.c.SetReadDeadline(w.deadline()); err != nil {
		return nil //nolint:nilerr // it has ended
	}
	if _, err := w.in.WriteTo(io.Discard); errors.Is(err, errTimeout) {
		return err
	}
	return nil
}

func (w *wire) closeWrite() error {
	c, ok := w.c.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("%T has no CloseWrite", w.c)
	}
	return c.CloseWrite()
}
