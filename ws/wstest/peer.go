package wstest

import (
	"fmt"
	"net"
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// TB is what a Peer needs of a testing.TB.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Peer is one side of a connection that a test drives frame by frame. Each
// method is a step; one that fails, or takes longer than Patience, ends the
// test with Fatalf, so they belong in the test's own goroutine. For others
// there is [Script].
type Peer struct {
	// Patience is how long a step may wait: DefaultPatience unless set, no
	// limit when negative.
	Patience time.Duration

	t    TB
	wire *wire
}

// NewPeer gives a Peer on a connection whose opening handshake is done; role
// is that of the Peer.
func NewPeer(t TB, c net.Conn, role protocol.Role) *Peer {
	return &Peer{t: t, wire: newWire(c, role)}
}

// Do goes through steps.
func (p *Peer) Do(steps ...Step) {
	p.t.Helper()
	p.prepare()
	for _, s := range steps {
		if err := s.do(p.wire); err != nil {
			p.t.Fatalf("%v: %v", s, err)
		}
	}
}

func (p *Peer) prepare() {
	p.wire.patience = p.Patience
	if p.Patience == 0 {
		p.wire.patience = DefaultPatience
	}
}

// Send sends frames, all in one write.
func (p *Peer) Send(frames ...Frame) {
	p.t.Helper()
	p.Do(Send(frames...))
}

// SendEach sends the octets of the frames one by one, each in a write of its
// own.
func (p *Peer) SendEach(frames ...Frame) {
	p.t.Helper()
	var b []byte
	for _, f := range frames {
		b = f.Append(b, p.wire.role, nextKey(p.wire.keys))
	}
	for _, c := range b {
		p.Do(Send(Octets(c)))
	}
}

// Expect expects exactly these frames.
func (p *Peer) Expect(frames ...Frame) {
	p.t.Helper()
	p.Do(Expect(frames...))
}

// ExpectMessage expects one message, in one frame or in fragments.
func (p *Peer) ExpectMessage(m Frame) {
	p.t.Helper()
	p.Do(ExpectMessage(m))
}

// ExpectCompressed expects one compressed message, in one frame or in
// fragments, that inflates to m and refers to nothing before it.
func (p *Peer) ExpectCompressed(m Frame) {
	p.t.Helper()
	p.Do(ExpectCompressed(m))
}

// ExpectTakeover expects one compressed message that inflates to m and may refer
// to those that were expected before by ExpectCompressed and ExpectTakeover.
func (p *Peer) ExpectTakeover(m Frame) {
	p.t.Helper()
	p.Do(ExpectTakeover(m))
}

// ExpectClose expects a Close frame with this code, whatever the reason.
func (p *Peer) ExpectClose(code frame.CloseCode) {
	p.t.Helper()
	p.Do(ExpectClose(code))
}

// ExpectEOF expects the end of the transport and nothing before it.
func (p *Peer) ExpectEOF() {
	p.t.Helper()
	p.Do(ExpectEOF())
}

// ExpectNothing expects that for d nothing comes, not even the end.
func (p *Peer) ExpectNothing(d time.Duration) {
	p.t.Helper()
	p.Do(step(fmt.Sprintf("expect nothing for %v", d), func(w *wire) error { return w.expectNothing(d) }))
}

// Next gives the next frame, for what the other methods can't express.
func (p *Peer) Next() Frame {
	p.t.Helper()
	p.prepare()
	f, err := p.wire.next()
	if err != nil {
		p.t.Fatalf("next frame: %v", err)
	}
	return f
}

// NextMessage gives the next message as one frame, however it is cut.
func (p *Peer) NextMessage() Frame {
	p.t.Helper()
	p.prepare()
	f, err := p.wire.message()
	if err != nil {
		p.t.Fatalf("next message: %v", err)
	}
	return f
}

// Drain reads until the transport ends, whatever comes.
func (p *Peer) Drain() {
	p.t.Helper()
	p.Do(Drain())
}

// CloseWrite closes the sending side of the transport.
func (p *Peer) CloseWrite() {
	p.t.Helper()
	p.Do(CloseWrite())
}

// Hangup closes the transport.
func (p *Peer) Hangup() { _ = p.wire.c.Close() }
