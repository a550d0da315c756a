package interop

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	gobwasws "github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

var gobwas = implementation{
	name:  "gobwas",
	start: func(*testing.T) peer { return gobwasPeer{} },
}

type gobwasPeer struct{}

func (gobwasPeer) listen(t *testing.T, subprotocols []string) listener {
	ln := listen(t)
	attempts := make(chan attempt, 1)
	u := gobwasws.Upgrader{Protocol: func(name []byte) bool { return slices.Contains(subprotocols, string(name)) }}
	run(t, ln.Close, func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		hs, err := u.Upgrade(nc)
		if err != nil {
			nc.Close()
			attempts <- attempt{err: err}
			return
		}
		attempts <- attempt{end: newGobwasEnd(t, nc, nc, gobwasws.StateServerSide, hs.Protocol)}
	})
	return listener{url: urlOf(ln), attempts: attempts}
}

func (gobwasPeer) dial(ctx context.Context, t *testing.T, url string, subprotocols []string) (end, error) {
	d := gobwasws.Dialer{Protocols: subprotocols}
	nc, br, hs, err := d.Dial(ctx, url)
	if err != nil {
		return nil, err
	}
	var r io.Reader = nc
	if br != nil { // frames that came along with the answer
		r = bufio.NewReader(br)
	}
	return newGobwasEnd(t, nc, r, gobwasws.StateClientSide, hs.Protocol), nil
}

// gobwasEnd puts frames on the wire itself: the library leaves them to its
// caller.
type gobwasEnd struct {
	nc       net.Conn
	state    gobwasws.State
	protocol string
	queue    chan event
	pongs    pongs
	mu       sync.Mutex // whole frames, and messages
}

func newGobwasEnd(t *testing.T, nc net.Conn, r io.Reader, state gobwasws.State, protocol string) *gobwasEnd {
	e := &gobwasEnd{nc: nc, state: state, protocol: protocol, queue: eventQueue(), pongs: newPongs()}
	run(t, nc.Close, func() { e.read(r) })
	return e
}

func (e *gobwasEnd) read(r io.Reader) {
	defer close(e.queue)
	defer e.nc.Close()
	control := wsutil.ControlFrameHandler(e.nc, e.state)
	handle := func(h gobwasws.Header, body io.Reader) error {
		if h.OpCode == gobwasws.OpPong {
			payload, err := io.ReadAll(body)
			e.pongs.came(payload)
			return err
		}
		return control(h, body)
	}
	rd := &wsutil.Reader{Source: r, State: e.state, CheckUTF8: true, OnIntermediate: handle}
	for {
		h, err := rd.NextFrame()
		if err == nil && h.OpCode.IsControl() {
			if err = handle(h, rd); err == nil {
				continue
			}
		}
		var payload []byte
		if err == nil {
			payload, err = io.ReadAll(rd)
		}
		if err != nil {
			if ce, ok := errors.AsType[wsutil.ClosedError](err); ok {
				e.queue <- ended(frame.CloseCode(ce.Code), ce.Reason, err)
			} else {
				e.queue <- ended(frame.CloseAbnormal, "", err)
			}
			return
		}
		e.queue <- message(ws.MessageType(h.OpCode), payload)
	}
}

func (e *gobwasEnd) subprotocol() string  { return e.protocol }
func (e *gobwasEnd) events() <-chan event { return e.queue }

// write writes one frame.
func (e *gobwasEnd) write(op gobwasws.OpCode, fin bool, payload []byte) error {
	f := gobwasws.NewFrame(op, fin, payload)
	if e.state.ClientSide() {
		f = gobwasws.MaskFrame(f)
	}
	octets, err := gobwasws.CompileFrame(f)
	if err != nil {
		return err
	}
	_, err = e.nc.Write(octets)
	return err
}

func (e *gobwasEnd) send(_ context.Context, kind ws.MessageType, payload []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.write(gobwasws.OpCode(kind), true, payload)
}

func (e *gobwasEnd) fragments(ctx context.Context, kind ws.MessageType, parts [][]byte, ping []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	op := gobwasws.OpCode(kind)
	for i, p := range parts {
		if err := e.write(op, i == len(parts)-1, p); err != nil {
			return err
		}
		op = gobwasws.OpContinuation
		if i == 0 && ping != nil {
			if err := e.ping(ctx, ping); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *gobwasEnd) ping(ctx context.Context, payload []byte) error {
	if err := e.write(gobwasws.OpPing, true, payload); err != nil {
		return err
	}
	return e.pongs.wait(ctx, payload)
}

func (e *gobwasEnd) close(_ context.Context, code frame.CloseCode, reason string) error {
	var payload []byte
	if code != frame.CloseNoStatus {
		payload = gobwasws.NewCloseFrameBody(gobwasws.StatusCode(code), reason)
	}
	return e.write(gobwasws.OpClose, true, payload)
}
