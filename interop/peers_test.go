package interop

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// patience bounds one scenario. It is long because machines can be busy; none
// takes more than a moment.
const patience = 30 * time.Second

// peer is an implementation, ready to be used.
type peer interface {
	// listen starts a server that speaks subprotocols, on a port of its own.
	// It ends with the test.
	listen(t *testing.T, subprotocols []string) listener

	// dial connects a client that offers subprotocols.
	dial(ctx context.Context, t *testing.T, url string, subprotocols []string) (end, error)
}

// listener is a server.
type listener struct {
	url      string
	attempts <-chan attempt
}

// attempt is what became of a client's attempt to connect, at the server.
type attempt struct {
	end end
	err error
}

// implementation is what we are tested against.
type implementation struct {
	name string

	// start prepares it, and skips the test where that can't be.
	start func(t *testing.T) peer

	// cannot says why it can't act in a scenario: its name, and the reason.
	cannot map[string]string

	// declines says why its client does not take our right answer.
	declines map[string]string
}

var implementations = []implementation{
	longwire, // so that a failing scenario can be told from a failing peer
	gorilla,
	coder,
	gobwas,
	gws,
	npmws,
	pythonWebsockets,
}

// constellation is who is client and who is server.
type constellation struct {
	name   string
	ours   func(w *wire) peer
	client bool // ours is the client

	// whole says that ours sends no fragments.
	whole bool
}

var constellations = []constellation{
	{name: "our client", ours: func(w *wire) peer { return &ours{wire: w} }, client: true},
	{name: "our server by Accept", ours: func(w *wire) peer { return &ours{wire: w, server: byAccept} }},
	{name: "our server by Upgrade", ours: func(w *wire) peer { return &ours{wire: w, server: byUpgrade} }},
	{name: "our server by Server", ours: func(w *wire) peer { return &ours{wire: w, server: byServer} }, whole: true},
}

func TestPeers(t *testing.T) {
	for _, other := range implementations {
		t.Run(other.name, func(t *testing.T) {
			t.Parallel()
			theirs := other.start(t)
			for _, con := range constellations {
				t.Run(con.name, func(t *testing.T) {
					for _, a := range agreements {
						if a.ours && con.client {
							continue // which one a server prefers is its own business
						}
						t.Run(a.name, func(t *testing.T) {
							if why := other.declines[a.name]; why != "" && !con.client {
								t.Skip(why)
							}
							m := con.meet(t, theirs, a.offer, a.speak)
							assert.Equal(t, a.want, m.ours.subprotocol())
							assert.Equal(t, a.want, m.theirs.subprotocol())
							m.play(t, scenario{act: echo(ws.Text, []byte("agreed"))}, ws.Sent)
						})
					}
					for _, sc := range scenarios {
						t.Run(sc.name+", we act", func(t *testing.T) {
							if con.whole && sc.fragmented {
								t.Skip("a connection of a Server has no Writer, since that waits")
							}
							con.meet(t, theirs, nil, nil).play(t, sc, ws.Sent)
						})
						t.Run(sc.name+", they act", func(t *testing.T) {
							if why := other.cannot[sc.name]; why != "" {
								t.Skip(why)
							}
							con.meet(t, theirs, nil, nil).play(t, sc, ws.Received)
						})
					}
				})
			}
		})
	}
}

// meeting is a connection, and both its ends.
type meeting struct {
	ctx    context.Context
	ours   *ourEnd
	theirs end
	wire   *wire
}

// meet connects our end and theirs. It logs what went over the wire when the
// test fails.
func (con constellation) meet(t *testing.T, theirs peer, offer, speak []string) *meeting {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	role := ws.RoleServer
	if con.client {
		role = ws.RoleClient
	}
	m := &meeting{ctx: ctx, wire: newWire(role)}
	t.Cleanup(func() {
		if t.Failed() {
			m.wire.dump(t)
		}
	})
	us := con.ours(m.wire)
	server, client := us, theirs
	if con.client {
		server, client = theirs, us
	}
	l := server.listen(t, speak)
	near, err := client.dial(ctx, t, l.url, offer)
	if err != nil {
		require.NoError(t, err, "the server: %+v", anyAttempt(l))
	}
	var far attempt
	select {
	case far = <-l.attempts:
	case <-ctx.Done():
	}
	require.NoError(t, far.err)
	require.NotNil(t, far.end, "the server has no connection")
	if con.client {
		m.ours, m.theirs = near.(*ourEnd), far.end
	} else {
		m.ours, m.theirs = far.end.(*ourEnd), near
	}
	return m
}

// anyAttempt is what the server has to say, if anything.
func anyAttempt(l listener) attempt {
	select {
	case a := <-l.attempts:
		return a
	default:
		return attempt{}
	}
}

// play plays a scenario to its end, and checks what every one of them has in
// common.
func (m *meeting) play(t *testing.T, sc scenario, acting ws.Direction) {
	t.Helper()
	s := &stage{t: t, ctx: m.ctx, from: m.ours, to: m.theirs, wire: m.wire, acting: acting}
	if acting == ws.Received {
		s.from, s.to = m.theirs, m.ours
	}
	if sc.act != nil {
		sc.act(s)
	}
	code, reason := sc.code, sc.reason
	if code == 0 {
		code, reason = frame.CloseNormal, "end of the scenario"
	}
	s.finish(code, reason)

	assert.NoError(t, m.ours.end(m.ctx), "our own view of the end")
	m.wire.checkRules(t)
	sent, received := m.wire.closes(ws.Sent), m.wire.closes(ws.Received)
	require.Len(t, sent, 1, "Close frames that we sent")
	require.Len(t, received, 1, "Close frames that we received")
	if acting == ws.Received {
		// Section 5.5.1: our answer has the code that we received.
		assert.Equal(t, received[0][:min(2, len(received[0]))], sent[0])
	}
}
