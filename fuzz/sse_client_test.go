package fuzz

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	eventstream "longwire.example/sse/parser"
	"longwire.example/sse/ssetest"
)

const (
	clientMaxEvent    = 128 // octets
	hostileMaxAnswers = 12
)

// octets are what a hostile server is made from.
type octets []byte

func (o *octets) next() byte {
	if len(*o) == 0 {
		return 0
	}
	c := (*o)[0]
	*o = (*o)[1:]
	return c
}

// piece takes as many octets as the next one says.
func (o *octets) piece() string {
	n := min(int(o.next()), len(*o))
	p := string((*o)[:n])
	*o = (*o)[n:]
	return p
}

// hostileAnswer is a script and what is in its body.
type hostileAnswer struct {
	script ssetest.Script
	body   string
}

func (a *hostileAnswer) add(steps ...ssetest.Step) { a.script = append(a.script, steps...) }

// hostileAnswers makes the answers of a server from octets.
func hostileAnswers(o octets) (all []hostileAnswer) {
	for len(o) > 0 && len(all) < hostileMaxAnswers {
		var a hostileAnswer
		kind := o.next()
		switch kind % 8 {
		case 0: // any status
			a.add(ssetest.Status(200+(int(o.next())<<8+int(o.next()))%400), ssetest.Header("Retry-After", o.piece()))
		case 1: // a redirect to anywhere
			status := []int{301, 302, 303, 307, 308}[o.next()%5]
			to := []string{"/", "//b.example/", "https://a.example/", "http://a.example/", o.piece()}[o.next()%5]
			a.add(ssetest.Status(status), ssetest.Header("Location", to))
		case 2: // another header
			name := []string{"Content-Type", "Content-Encoding", "Set-Cookie", "Retry-After"}[o.next()%4]
			a.add(ssetest.Header(name, o.piece()))
		case 3: // no answer
			a.add(ssetest.Break())
		}
		for range o.next() % 4 {
			p := o.piece()
			a.add(ssetest.Send(p))
			a.body += p
		}
		switch kind >> 6 {
		case 0:
			a.add(ssetest.Break())
		case 1:
			a.add(ssetest.Hold())
		case 2:
			a.add(ssetest.Pause(time.Duration(o.next()) * time.Second))
		}
		all = append(all, a)
	}
	return all
}

// clientModel is what a client has to have seen.
type clientModel struct {
	id     string
	events []sse.Event
}

// take adds the events of the body of one answer, parsed at once.
func (m *clientModel) take(t *testing.T, body string) {
	p := eventstream.New(eventstream.Config{LastEventID: m.id, MaxEventBytes: clientMaxEvent})
	for b := []byte(body); ; {
		tok, n, ok, err := p.Next(b)
		if err != nil || !ok {
			break
		}
		b = b[n:]
		m.id = p.LastEventID()
		if tok.Kind != eventstream.KindEvent {
			continue
		}
		e := sse.Event{Type: string(tok.Type), Data: string(tok.Data), LastEventID: string(tok.ID)}
		require.LessOrEqual(t, len(e.Type)+len(e.Data)+len(e.LastEventID), clientMaxEvent)
		if e.Type == "" {
			e.Type = sse.DefaultType
		}
		m.events = append(m.events, e)
	}
}

var errDialled = errors.New("the headers were taken")

// dialling is a transport that takes or refuses the headers of requests, and
// sends none.
var dialling = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errDialled }}

// sendable tells whether an ID can be in a header: net/http says so.
func sendable(id string) bool {
	r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		return false
	}
	r.Header.Set("Last-Event-ID", id)
	_, err = dialling.RoundTrip(r)
	return errors.Is(err, errDialled)
}

// The client against a server that answers anything: it does not panic, does
// not spin, keeps within its bounds, gives exactly the whole events of what
// came, wherever it was cut, and asks for what follows the last of them.
func FuzzSSEClient(f *testing.F) {
	f.Fuzz(func(t *testing.T, script []byte, strict bool) {
		answers := hostileAnswers(script)
		scripts := make([]ssetest.Script, len(answers))
		for i, a := range answers {
			scripts[i] = a.script
		}
		synctest.Test(t, func(t *testing.T) {
			server := ssetest.NewServer(scripts...) // and then 204
			var model clientModel
			var ended time.Time // the attempt before
			attempts := 0
			c := sse.Client{
				HTTP: server.Client(), MaxEventBytes: clientMaxEvent, IdleTimeout: time.Minute,
				Observer: sse.Observer{
					Attempt: func(a *sse.Attempt) {
						if attempts++; attempts > 1 {
							require.GreaterOrEqual(t, time.Since(ended), sse.DefaultMinRetry, "it spins")
						}
						require.Equal(t, model.id, a.LastEventID)
						want := http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}}
						if model.id != "" && sendable(model.id) {
							want.Set("Last-Event-ID", model.id)
						}
						require.Equal(t, want, a.Request.Header)
					},
					Open: func(*http.Response) { model.take(t, answers[len(server.Requests())-1].body) },
					Lost: func(err error) {
						ended = time.Now()
						if e, ok := errors.AsType[*sse.StatusError](err); ok {
							require.LessOrEqual(t, len(e.Body), sse.DefaultMaxErrorBody)
						}
					},
				},
			}
			if strict {
				c.Policy = sse.Strict
			}
			req, err := http.NewRequest(http.MethodGet, "http://a.example/", nil)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
			defer cancel()
			s := c.Stream(req)
			var got []sse.Event
			var end error
			for e, err := range s.Events(ctx) {
				if end = err; err == nil {
					got = append(got, e)
				}
			}
			require.Equal(t, model.events, got)
			require.Equal(t, model.id, s.LastEventID())
			require.LessOrEqual(t, len(server.Requests()), attempts*(1+sse.MaxRedirects))
			require.LessOrEqual(t, attempts, len(answers)+1)
			if !errors.Is(end, context.DeadlineExceeded) {
				require.Equal(t, sse.Closed, s.State())
			}
			require.Zero(t, server.Open(), "an answer was left open")
		})
	})
}
