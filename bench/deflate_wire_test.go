package bench

import (
	"io"
	"net"
	"time"

	"longwire.example/ws/frame"
)

// wire is a connection in memory. Reads give a handshake and then a recording
// for as long as it was set to, round after round; writes are counted and
// dropped. One goroutine reads and one writes.
type wire struct {
	head []byte // of a handshake: still to be read
	rec  []byte // what is read over and over
	at   int
	left int // octets until the end of the stream

	answer []byte // what was written during the handshake
	open   bool
	octets int    // written since
	wrote  func() // called after each write, if set
}

// dialed is a server's connection in memory.
func dialed(m maker, o choice) (*wire, endpoint, error) {
	w := &wire{head: o.request()}
	e, err := m.server(w)
	if err != nil {
		return nil, nil, err
	}
	w.open = true
	return w, e, o.check(w.answer)
}

func (w *wire) Read(p []byte) (int, error) {
	if len(w.head) > 0 {
		n := copy(p, w.head)
		w.head = w.head[n:]
		return n, nil
	}
	if w.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), w.left)]
	n := 0
	for n < len(p) {
		some := copy(p[n:], w.rec[w.at:])
		n += some
		if w.at += some; w.at == len(w.rec) {
			w.at = 0
		}
	}
	w.left -= n
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) {
	if !w.open {
		w.answer = append(w.answer, p...)
		return len(p), nil
	}
	w.octets += len(p)
	if w.wrote != nil {
		w.wrote()
	}
	return len(p), nil
}

func (w *wire) Close() error                     { return nil }
func (w *wire) LocalAddr() net.Addr              { return nowhere }
func (w *wire) RemoteAddr() net.Addr             { return nowhere }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// nowhere is made once, as a socket's addresses are: asking costs nothing.
var nowhere = &net.TCPAddr{}

// recording is messages as they are on the wire.
type recording struct {
	octets []byte
	ends   []int // where each message ends
}

// upTo gives how many octets the first n messages have, where it is read over
// and over.
func (r *recording) upTo(n int) int {
	rounds, rest := n/len(r.ends), n%len(r.ends)
	octets := rounds * len(r.octets)
	if rest > 0 {
		octets += r.ends[rest-1]
	}
	return octets
}

// record compresses messages the way that browsers do, about: zlib's default
// level is 6, too. A client's are masked. With context takeover they refer to
// each other but to nothing before the first one, so the recording may be read
// again and again.
func record(messages []wsMessage, o choice, client bool) *recording {
	r := &recording{}
	g := newGenerator("keys")
	var c *referee
	if !o.off {
		c = newReferee(o)
	}
	for _, m := range messages {
		p, rsv, op := m.octets, byte(0), frame.OpBinary
		if m.text {
			op = frame.OpText
		}
		if c != nil {
			p, rsv = c.compress(p), 0x40
		}
		h := frame.NewHeader(true, rsv, op, int64(len(p)))
		if client {
			h = h.WithKey(frame.Key(g.Uint64()))
		}
		r.octets = h.Append(r.octets)
		at := len(r.octets)
		r.octets = append(r.octets, p...)
		if client {
			h.Key.XOR(r.octets[at:])
		}
		r.ends = append(r.ends, len(r.octets))
	}
	return r
}
