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

// The handshake allocates the text of the request, and a copy of Options; with a
// context that has values and can be cancelled, the context of the values, and
// where it may have to wait, what watches it and tells when that is over.
func TestUpgradeAllocations(t *testing.T) {
	s := &scripted{}
	bare := testing.AllocsPerRun(100, func() {
		newConn(s, RoleServer, defaultSettings(), origin{}, nil).CloseNow()
	})
	upgrade := func(ctx context.Context, o *Options) float64 {
		return testing.AllocsPerRun(100, func() {
			s.in.Reset(browserRequestText)
			c, err := Upgrade(ctx, s, o)
			if err != nil {
				t.Fatal(err)
			}
			c.CloseNow()
		})
	}
	background := context.Background()
	assert.LessOrEqual(t, upgrade(background, nil)-bare, 1.0)
	assert.LessOrEqual(t, upgrade(background, &Options{PingTimeout: time.Minute})-bare, 2.0)
	assert.LessOrEqual(t, upgrade(t.Context(), nil)-bare, 6.0)
}

func BenchmarkUpgrade(b *testing.B) {
	b.ReportAllocs()
	s := &scripted{}
	for b.Loop() {
		s.in.Reset(browserRequestText)
		c, err := Upgrade(context.Background(), s, nil)
		if err != nil {
			b.Fatal(err)
		}
		c.CloseNow()
	}
}
