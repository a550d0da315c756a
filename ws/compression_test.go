package ws

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
	"longwire.example/ws/handshake"
)

func TestCompressionOptions(t *testing.T) {
	for _, c := range []Compression{
		{Level: -1}, {Level: 10}, {ServerMaxWindowBits: 7}, {ServerMaxWindowBits: 16}, {ClientMaxWindowBits: -1}, {ClientMaxWindowBits: 1},
	} {
		assert.Error(t, (&Options{Compression: &c}).Check(), "%+v", c)
	}
	for _, c := range []Compression{
		{}, {Level: 9}, {ServerMaxWindowBits: 8, ClientMaxWindowBits: 15}, {Threshold: -1, MaxRatio: -1},
	} {
		assert.NoError(t, (&Options{Compression: &c}).Check(), "%+v", c)
	}
	// What an application changes afterwards changes nothing.
	c := Compression{ServerContextTakeover: true}
	s, err := newSettings(&Options{Compression: &c})
	require.NoError(t, err)
	c.Level, c.ServerContextTakeover = 77, false
	assert.Equal(t, 0, s.Compression.Level)
	assert.True(t, s.policy.Deflate.ServerContextTakeover)
}

// The limit of octets on the wire for a message that may inflate to so many.
func TestMaxCompressed(t *testing.T) {
	assert.Zero(t, maxCompressed(0), "no limit")
	assert.Equal(t, int64(1025), maxCompressed(1))
	assert.Equal(t, int64(9<<10), maxCompressed(7<<10))
	// zlib makes so much of 1 MiB of octets over 143 with a window of 9 bits,
	// memory level 4 and fixed blocks only.
	assert.GreaterOrEqual(t, maxCompressed(1<<20), int64(1_180_699))
	assert.Zero(t, maxCompressed(1<<63-1), "as good as none")
}

// dialed gives both ends of a connection that was opened with a handshake.
func dialed(t *testing.T, so, co *Options) (server, client *Conn) {
	t.Helper()
	near, far := net.Pipe()
	accepted := make(chan *Conn, 1)
	go func() {
		c, err := Upgrade(context.Background(), near, so)
		assert.NoError(t, err)
		accepted <- c
	}()
	d := DialOptions{Proxy: NoProxy, NetDial: func(context.Context, string, string) (net.Conn, error) { return far, nil }}
	if co != nil {
		d.Options = *co
	}
	client, resp, err := Dial(t.Context(), "ws://example.com/", &d)
	require.NoError(t, err)
	_ = resp.Body.Close()
	server = <-accepted
	require.NotNil(t, server)
	t.Cleanup(func() { client.CloseNow(); server.CloseNow(); <-client.gone.done(); <-server.gone.done() })
	return server, client
}

// Both sides say what they agreed on; without one of them wanting it there is
// none.
//
//req:test RFC7692-5-13
//req:test RFC7692-8-01
func TestCompressionIsAgreedOn(t *testing.T) {
	on := &Options{Compression: &Compression{}}
	for _, c := range []struct {
		server, client *Options
		want           []string
	}{
		{nil, nil, nil},
		{on, nil, nil},
		{nil, on, nil},
		{on, on, []string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}},
		{on, &Options{Compression: allTakeover}, []string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}},
		{&Options{Compression: allTakeover}, &Options{Compression: allTakeover}, []string{"permessage-deflate"}},
		{
			&Options{Compression: allTakeover},
			&Options{Compression: &Compression{ServerMaxWindowBits: 9, ClientMaxWindowBits: 10}},
			[]string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10"},
		},
	} {
		server, client := dialed(t, c.server, c.client)
		for _, end := range []*Conn{server, client} {
			assert.Equal(t, c.want, end.Info().Extensions)
			assert.Equal(t, c.want != nil, end.deflate != nil)
			if c.want == nil {
				assert.Nil(t, end.Info().Deflate)
				continue
			}
			answer, err := end.Info().Deflate.Answer()
			require.NoError(t, err)
			assert.Equal(t, c.want[0], answer.String())
		}
	}
}

// Whatever two sides want, what one sends the other gets: every combination of
// context takeover, windows and levels.
//
//req:test RFC7692-5-13
//req:test RFC7692-6.1-01
//req:test RFC7692-6.2-01
func TestCompressionBetweenAllSettings(t *testing.T) {
	messages := corpus(1, 24)
	var all []*Compression
	for _, takeover := range []bool{false, true} {
		for _, c := range []Compression{
			{},
			{WindowOnly: true},
			{Level: 1},
			{ServerMaxWindowBits: 8, ClientMaxWindowBits: 8},
			{Level: 6, ServerMaxWindowBits: 9, ClientMaxWindowBits: 12},
			{ServerMaxWindowBits: 15, ClientMaxWindowBits: 11},
		} {
			c.ServerContextTakeover, c.ClientContextTakeover, c.Threshold = takeover, takeover, -1
			all = append(all, &c)
		}
	}
	for _, so := range all {
		for _, co := range all {
			name := fmt.Sprintf("server %+v, client %+v", *so, *co)
			server, client := dialed(t, &Options{Compression: so}, &Options{Compression: co})
			done := echo(t, server)
			for i, p := range messages {
				go func() { _ = client.Write(context.Background(), Text, p) }()
				typ, got, err := client.Read(t.Context())
				require.NoError(t, err, "%s: message %d", name, i)
				require.Equal(t, Text, typ)
				require.Equal(t, string(p), string(got), "%s: message %d", name, i)
			}
			require.NoError(t, client.Close(StatusNormalClosure, ""))
			require.NoError(t, <-done)
		}
	}
}

// What a direction keeps between messages is what was agreed on and no more.
func TestWhatAConnectionKeeps(t *testing.T) {
	for _, c := range []struct {
		p                      handshake.DeflateParams
		o                      Compression
		received               bool // the window of what is received
		context, window, coder bool // what refers back when this side sends
	}{
		{noTakeover, *allTakeover, false, false, false, false},
		{handshake.DeflateParams{}, *allTakeover, true, true, false, false},
		{handshake.DeflateParams{}, Compression{WindowOnly: true, ServerContextTakeover: true}, true, false, true, false},
		{handshake.DeflateParams{}, Compression{Level: 1, WindowOnly: true, ServerContextTakeover: true}, true, false, false, true},
		{handshake.DeflateParams{}, Compression{}, true, false, false, false}, // this side need not
		{handshake.DeflateParams{ServerNoContextTakeover: true}, *allTakeover, true, false, false, false},
		{handshake.DeflateParams{ClientNoContextTakeover: true, ServerMaxWindowBits: 9}, *allTakeover, false, true, false, false},
	} {
		c.o.Threshold = -1
		server, client := compressedPair(t, c.p, &Options{Compression: &c.o}, &Options{Compression: allTakeover})
		done := echo(t, server)
		for _, p := range corpus(2, 40) {
			go func() { _ = client.Write(context.Background(), Binary, p) }()
			_, got, err := client.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, string(p), string(got))
		}
		require.NoError(t, client.Close(StatusNormalClosure, ""))
		require.NoError(t, <-done)
		in, out := &server.deflate.in, &server.deflate.out
		assert.Equal(t, c.received, in.window != nil, "%+v", c)
		assert.Nil(t, in.z)
		assert.Equal(t, c.context, out.context != nil, "%+v", c)
		assert.Equal(t, c.window, out.window != nil, "%+v", c)
		assert.Equal(t, c.coder, out.coder != nil, "%+v", c)
		if c.received {
			assert.LessOrEqual(t, in.window.Cap(), 1<<deflate.MaxWindowBits)
		}
		if c.context {
			assert.LessOrEqual(t, out.context.Cap(), 1<<10+2<<out.bits)
		}
	}
}

// A message that is sent and received in each way there is, compressed.
func TestCompressedWaysToWriteAndRead(t *testing.T) {
	for _, p := range []handshake.DeflateParams{noTakeover, {}} {
		server, client := compressedPair(t, p, &Options{Compression: allTakeover}, &Options{Compression: allTakeover})
		ends := [][2]*Conn{{server, client}, {client, server}}
		for i, m := range corpus(3, 30) {
			writes := map[string]func(c *Conn) error{
				"Write":  func(c *Conn) error { return c.Write(t.Context(), Text, m) },
				"Writev": func(c *Conn) error { return c.Writev(t.Context(), Text, m[:len(m)/3], nil, m[len(m)/3:]) },
				"Writer": func(c *Conn) error {
					w, err := c.Writer(t.Context(), Text)
					if err != nil {
						return err
					}
					_, _ = w.Write(m[:len(m)/2])
					_ = w.Flush()
					_, _ = w.Write(m[len(m)/2:])
					return w.Close()
				},
				"TryWrite": func(c *Conn) error { return c.TryWrite(Text, m) },
				"WritePrepared": func(c *Conn) error {
					prepared, err := NewPrepared(Text, m)
					if err != nil {
						return err
					}
					return c.WritePrepared(t.Context(), prepared)
				},
				"TryWritePrepared": func(c *Conn) error {
					prepared, err := NewPrepared(Text, m)
					if err != nil {
						return err
					}
					return c.TryWritePrepared(prepared)
				},
				"plain": func(c *Conn) error { return c.Write(t.Context(), Text.Plain(), m) },
			}
			for _, end := range ends {
				for wn, write := range writes {
					for rn, read := range readWays {
						if rn == "discarding" {
							continue // it waits for a message more
						}
						wrote := make(chan error, 1)
						go func() { wrote <- write(end[0]) }()
						got, err := read(end[1])
						require.NoError(t, err, "%s, %s, message %d", wn, rn, i)
						require.Equal(t, string(m), got, "%s, %s, message %d", wn, rn, i)
						require.NoError(t, <-wrote)
					}
				}
			}
		}
	}
}
