package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// lull is many connections of a library with nothing to do. The other side of
// each is a socket and nothing more.
type lull struct {
	make   maker
	server bool // the library is the server
	choice choice
	rec    *recording // what the other side sends to each connection

	br   *bufio.Reader // of whichever connection is being made
	raw  []net.Conn
	ends []endpoint
	wg   sync.WaitGroup
}

// nobody is a library that does nothing: what remains is a socket on either
// side and a goroutine that waits for one of them.
var nobody = library{
	name: "tcp",
	can:  func(o choice) bool { return o.off },
	with: func(choice) maker { return nobodyMaker{} },
}

type nobodyMaker struct{}

func (nobodyMaker) server(nc net.Conn) (endpoint, error) { return nobodyEnd{nc}, nil }
func (nobodyMaker) client(nc net.Conn) (endpoint, error) { return nobodyEnd{nc}, nil }

type nobodyEnd struct{ nc net.Conn }

func (e nobodyEnd) write(wsMessage) error { return nil }
func (e nobodyEnd) close()                { e.nc.Close() }

func (e nobodyEnd) read([]byte, func([]byte) bool) error {
	_, err := e.nc.Read(make([]byte, 1))
	return err
}

// begin makes one more connection, on which each message of the recording is
// sent to the library and echoed by it, one after the other.
func (l *lull) begin() error {
	dialed, accepted, err := pair()
	if err != nil {
		return err
	}
	raw, other := dialed, accepted
	if !l.server {
		raw, other = accepted, dialed
	}
	l.raw = append(l.raw, raw)
	l.br.Reset(raw)
	_, silent := l.make.(nobodyMaker)
	answered := make(chan error, 1)
	switch {
	case silent:
		answered <- nil
	case l.server:
		if _, err := raw.Write(l.choice.request()); err != nil {
			return err
		}
		answered <- nil
	default:
		go func() { answered <- l.accept(raw) }()
	}
	var e endpoint
	if l.server {
		e, err = l.make.server(other)
	} else {
		e, err = l.make.client(other)
	}
	if err = errors.Join(err, <-answered); err != nil {
		other.Close()
		return err
	}
	l.ends = append(l.ends, e)
	l.wg.Go(func() {
		// An echo is binary, whatever came: it is as long.
		_ = e.read(nil, func(p []byte) bool { return e.write(wsMessage{octets: p}) == nil })
	})
	if silent {
		return nil
	}
	if l.server {
		head, err := l.head()
		if err != nil {
			return err
		}
		if err = l.choice.check(head); err != nil {
			return err
		}
	}
	at := 0
	for _, end := range l.rec.ends {
		if _, err := raw.Write(l.rec.octets[at:end]); err != nil {
			return err
		}
		if err := l.skipMessage(); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// accept is a server's handshake.
func (l *lull) accept(raw net.Conn) error {
	r, err := http.ReadRequest(l.br)
	if err != nil {
		return err
	}
	answer := fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
		handshake.Accept(r.Header.Get("Sec-WebSocket-Key")))
	if !l.choice.off {
		answer = append(answer, "Sec-WebSocket-Extensions: "+l.choice.parameters()+"\r\n"...)
	}
	_, err = raw.Write(append(answer, "\r\n"...))
	return err
}

// head reads the head of an answer.
func (l *lull) head() (head []byte, err error) {
	for {
		line, err := l.br.ReadSlice('\n')
		head = append(head, line...)
		if err != nil || len(line) == 2 {
			return head, err
		}
	}
}

// skipMessage reads a message, in as many frames as it comes.
func (l *lull) skipMessage() error {
	for {
		var h frame.Header
		for n := 2; ; {
			b, err := l.br.Peek(n)
			if err != nil {
				return err
			}
			parsed, size, err := frame.Parse(b)
			if err != nil {
				return err
			}
			if size > 0 {
				h = parsed
				_, _ = l.br.Discard(size)
				break
			}
			n++
		}
		if _, err := io.CopyN(io.Discard, l.br, h.Length); err != nil {
			return err
		}
		if h.Fin() {
			return nil
		}
	}
}

// end closes everything.
func (l *lull) end() {
	for _, raw := range l.raw {
		raw.Close()
	}
	l.wg.Wait()
	for _, e := range l.ends {
		e.close()
	}
}

// traffic is what an idle connection has had each way before.
var traffic = []struct {
	name     string
	messages []wsMessage
}{
	{"much", newCorpus(kinds[0], 2<<10, 24).messages}, // more than a window
	{"little", newCorpus(kinds[0], 256, 3).messages},
}

// BenchmarkIdle is the memory that a connection holds while nothing happens on
// it, in octets of heap and stacks. The first 100 pay for what all of them
// share; what 400 more add is divided by their number.
func BenchmarkIdle(b *testing.B) {
	for _, side := range []string{"server", "client"} {
		for _, o := range append([]choice{off}, choices...) {
			for _, t := range traffic {
				for _, l := range append([]library{nobody}, libraries...) {
					if l.can(o) {
						b.Run(fmt.Sprintf("%s/%s/%s/%s", side, o.name, t.name, l.name), func(b *testing.B) {
							for range b.N {
								idle(b, &lull{make: l.with(o), server: side == "server", choice: o, rec: record(t.messages, o, side == "server")})
							}
							b.ReportMetric(0, "ns/op")
						})
					}
				}
			}
		}
	}
}

func idle(b *testing.B, l *lull) {
	const before, more = 100, 400
	l.br = bufio.NewReader(nil)
	defer l.end()
	begin := func(n int) {
		for range n {
			if err := l.begin(); err != nil {
				b.Fatal(err)
			}
		}
	}
	inUse() // so that what the case before has left is collected, and not used again
	begin(before)
	held := inUse()
	begin(more)
	b.ReportMetric((inUse()-held)/more, "B/conn")
}
