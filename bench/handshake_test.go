package bench

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"testing"

	gobwas "github.com/gobwas/ws"
	"github.com/lxzan/gws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// opening is a client's opening handshake. Both ask for the same: nobody agrees
// on an extension or a subprotocol here.
type opening struct {
	name    string
	request []byte
}

var openings = []opening{
	{"minimal", off.request()},
	// Fields as a browser sends them.
	{"browser", []byte("GET /chat?room=1 HTTP/1.1\r\n" +
		"Host: example.com:8080\r\n" +
		"Connection: Upgrade\r\n" +
		"Pragma: no-cache\r\n" +
		"Cache-Control: no-cache\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36\r\n" +
		"Upgrade: websocket\r\n" +
		"Origin: http://example.com:8080\r\n" +
		"Sec-WebSocket-Version: 13\r\n" +
		"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Accept-Language: en-GB,en;q=0.9\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")},
}

// upgrade answers an opening handshake on a transport that was just accepted. It
// gives what ends the connection.
type upgrade func(nc net.Conn) (end func(), err error)

// upgrades do without net/http's server.
var upgrades = []struct {
	name    string
	upgrade upgrade
}{
	// With its defaults: a connection whose keepalive runs.
	{"longwire", func(nc net.Conn) (func(), error) {
		c, err := ws.Upgrade(context.Background(), nc, nil)
		return func() { _ = c.CloseNow() }, err
	}},
	// With the options that an application has, copied each time.
	{"longwire-options", func(nc net.Conn) (func(), error) {
		c, err := ws.Upgrade(context.Background(), nc, someOptions)
		return func() { _ = c.CloseNow() }, err
	}},
	// Its zero-copy upgrader, which looks at no Origin and leaves a connection
	// as it was: no object, no time limit, no buffer.
	{"gobwas", func(nc net.Conn) (func(), error) {
		_, err := gobwas.Upgrade(nc)
		return func() {}, err
	}},
	// As its own Server does.
	{"gws", func(nc net.Conn) (func(), error) {
		br := bufio.NewReaderSize(nc, 4<<10)
		r, err := http.ReadRequest(br)
		if err != nil {
			return nil, err
		}
		c, err := gwsUpgrader.UpgradeFromConn(nc, br, r)
		return func() { _ = c.NetConn().Close() }, err
	}},
}

var (
	someOptions = &ws.Options{MaxMessage: 64 << 10}
	gwsUpgrader = gws.NewUpgrader(gws.BuiltinEventHandler{}, nil)
)

// Every library answers both requests with 101 and the accept value of the key.
func TestUpgrades(t *testing.T) {
	for _, o := range openings {
		for _, u := range upgrades {
			t.Run(o.name+"/"+u.name, func(t *testing.T) {
				w := &wire{head: o.request}
				end, err := u.upgrade(w)
				require.NoError(t, err)
				defer end()
				requireAccepted(t, w.answer)
			})
		}
	}
}

func requireAccepted(t *testing.T, answer []byte) {
	t.Helper()
	var h handshake.Head
	n, err := handshake.ParseResponse(answer, &h)
	require.NoError(t, err)
	require.Equal(t, len(answer), n)
	assert.Equal(t, http.StatusSwitchingProtocols, h.Status)
	assert.Equal(t, []string{handshake.Accept("dGhlIHNhbXBsZSBub25jZQ==")}, h.Values("Sec-WebSocket-Accept"))
	assert.Empty(t, h.Values("Sec-WebSocket-Extensions"))
}

// BenchmarkUpgrade is the server's side of one opening handshake, from the
// octets of the request to an open connection, which is then ended: on a
// transport in memory, on one of TCP, which is made and closed for it and has
// its client in the figures, and behind net/http's server, in memory too.
func BenchmarkUpgrade(b *testing.B) {
	for _, o := range openings {
		for _, u := range upgrades {
			b.Run("memory/"+o.name+"/"+u.name, func(b *testing.B) { upgradeInMemory(b, o, u.upgrade) })
		}
	}
	for _, o := range openings {
		for _, u := range upgrades {
			b.Run("tcp/"+o.name+"/"+u.name, func(b *testing.B) { upgradeOverTCP(b, o, u.upgrade) })
		}
	}
	for _, o := range openings {
		for _, a := range accepts {
			b.Run("net-http/"+o.name+"/"+a.name, func(b *testing.B) { acceptInMemory(b, o, a.accept) })
		}
	}
}

func upgradeInMemory(b *testing.B, o opening, upgrade upgrade) {
	b.ReportAllocs()
	w := &wire{}
	begin := cpuTime()
	for b.Loop() {
		*w = wire{head: o.request, answer: w.answer[:0]}
		end, err := upgrade(w)
		if err != nil {
			b.Fatal(err)
		}
		end()
	}
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
}
