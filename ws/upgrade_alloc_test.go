//go:build !race

package ws

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// browserRequest has the fields that a browser sends.
const browserRequest = "GET /chat?room=1 HTTP/1.1\r\nHost: example.com:8080\r\nConnection: Upgrade\r\nPragma: no-cache\r\n" +
	"Cache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n" +
	"Upgrade: websocket\r\nOrigin: http://example.com:8080\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br\r\n" +
	"Accept-Language: en-GB,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"

// scripted is a transport that gives what is in it and takes everything.
type scripted struct{ in strings.Reader }

func (s *scripted) Read(p []byte) (int, error)       { return s.in.Read(p) }
func (s *scripted) Write(p []byte) (int, error)      { return len(p), nil }
func (s *scripted) Close() error                     { return nil }
func (s *scripted) LocalAddr() net.Addr              { return streamAddr{} }
func (s *scripted) RemoteAddr() net.Addr             { return streamAddr{} }
func (s *scripted) SetDeadline(time.Time) error      { return nil }
func (s *scripted) SetReadDeadline(time.Time) error  { return nil }
func (s *scripted) SetWriteDeadline(time.Time) error { return nil }

// The handshake allocates the text of the request, its target, what Origin and
// extensions are taken apart into, and the context of the values; with a
// context that can be cancelled, what watches it and tells when that is over.
func TestUpgradeAllocations(t *testing.T) {
	s := &scripted{}
	bare := testing.AllocsPerRun(100, func() {
		newConn(s, RoleServer, defaultSettings(), Info{}, nil, nil).CloseNow()
	})
	upgrade := func(ctx context.Context, o *Options) float64 {
		return testing.AllocsPerRun(100, func() {
			s.in.Reset(browserRequest)
			c, err := Upgrade(ctx, s, o)
			if err != nil {
				t.Fatal(err)
			}
			c.CloseNow()
		})
	}
	background := context.Background()
	assert.LessOrEqual(t, upgrade(background, nil)-bare, 7.0)
	assert.LessOrEqual(t, upgrade(background, &Options{PingTimeout: time.Minute})-bare, 8.0)
	assert.LessOrEqual(t, upgrade(t.Context(), nil)-bare, 11.0)
}

func BenchmarkUpgrade(b *testing.B) {
	b.ReportAllocs()
	s := &scripted{}
	for b.Loop() {
		s.in.Reset(browserRequest)
		c, err := Upgrade(context.Background(), s, nil)
		if err != nil {
			b.Fatal(err)
		}
		c.CloseNow()
	}
}
