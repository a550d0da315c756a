package ws_test

import (
	"context"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// checkDescriptors fails the test if it leaves descriptors open, where they can
// be counted.
func checkDescriptors(t *testing.T) {
	t.Helper()
	count := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return 0
		}
		return len(list)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") // the runtime has its own from then on
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	before := count()
	t.Cleanup(func() {
		assert.Eventually(t, func() bool { return count() <= before }, 5*time.Second, 5*time.Millisecond,
			"%d descriptors before and %d after", before, count())
	})
}

// witness is a well-behaved client that must get exact echoes, whatever happens
// to others. Between its checks it answers Pings.
type witness struct {
	t      *testing.T
	c      *ws.Conn
	echoes chan string
	count  int
}

func (s *service) witness(t *testing.T) *witness {
	t.Helper()
	w := newWitness(t, s.addr)
	soon(t, s.opened)
	return w
}

func newWitness(t *testing.T, addr string) *witness {
	t.Helper()
	c, _, err := ws.Dial(t.Context(), "ws://"+addr+"/witness", nil)
	require.NoError(t, err)
	w := &witness{t: t, c: c, echoes: make(chan string, 100)}
	go func() {
		defer close(w.echoes)
		for m, err := range c.Messages(context.Background()) {
			if err != nil {
				return // check will say so
			}
			w.echoes <- string(m.Data)
		}
	}()
	t.Cleanup(func() { c.CloseNow() })
	return w
}

// check sends messages of several sizes and expects the answers.
func (w *witness) check() {
	w.t.Helper()
	for _, n := range []int{1, 100, 9000} {
		w.count++
		text := strings.Repeat(strconv.Itoa(w.count)+" ", n)
		require.NoError(w.t, w.c.Write(w.t.Context(), ws.Text, []byte(text)))
		require.Equal(w.t, text, soon(w.t, w.echoes))
	}
}

// tcpDeaths are ways to die.
var tcpDeaths = map[string]func(nc *net.TCPConn){
	"hangs up": func(nc *net.TCPConn) { nc.Close() },
	"resets":   func(nc *net.TCPConn) { _ = nc.SetLinger(0); nc.Close() },
	"half":     func(nc *net.TCPConn) { _ = nc.CloseWrite() },
	"stalls":   func(*net.TCPConn) {},
}

// Whatever octet of the opening handshake or of the conversation a peer dies at,
// and in whatever way, its connection ends, once, and nobody else is affected.
func TestW15_PeerDiesAtEveryOctetOverTCP(t *testing.T) {
	all := requestText("/") + string(conversation(ws.RoleClient).Octets(ws.RoleClient))
	head := len(requestText("/"))
	for way, die := range tcpDeaths {
		t.Run(way, func(t *testing.T) {
			checkDescriptors(t)
			o := &ws.Options{HandshakeTimeout: 10 * time.Second, PingInterval: 10 * time.Second, PingTimeout: 10 * time.Second}
			if way == "stalls" {
				// Long enough for the witness to answer on a machine that is busy.
				o.HandshakeTimeout, o.PingInterval, o.PingTimeout = 3*time.Second, time.Second, 3*time.Second
			}
			each(t, allDrivers, o, func(t *testing.T, s *service) {
				w := s.witness(t)
				opened := 0
				for n := range len(all) + 1 {
					nc := dialTCP(t, s.addr).(*net.TCPConn)
					_, err := io.WriteString(nc, all[:n])
					require.NoError(t, err)
					if n >= head {
						// It is open before it dies: otherwise it may or may not be.
						soon(t, s.opened)
						opened++
					}
					die(nc)
					if n%10 == 0 {
						w.check()
					}
				}
				for range opened {
					_ = soon(t, s.ended)
				}
				w.check()
				assert.Empty(t, s.ended)
				assert.Empty(t, s.opened)
			})
		})
	}
}

// Whatever somebody sends, before the handshake and after it: their own
// connection may end, and nobody else's does.
func TestGarbageOverTCP(t *testing.T) {
	const seeds = 60
	valid := string(conversation(ws.RoleClient).Octets(ws.RoleClient))
	o := &ws.Options{Compression: &ws.Compression{}, MaxMessage: 100_000}
	each(t, allDrivers, o, func(t *testing.T, s *service) {
		w := s.witness(t)
		for seed := range byte(seeds) {
			d := newDice(seed)
			noise := make([]byte, d.upTo(3000))
			_, _ = d.src.Read(noise)
			// Some of it gets further, when only a few bits are wrong.
			flipped := []byte(requestText("/") + valid)
			for range 1 + d.upTo(4) {
				flipped[d.upTo(len(flipped))] ^= 1 << d.upTo(8)
			}
			agreed := requestText("/", "Sec-WebSocket-Extensions: permessage-deflate")
			for _, octets := range []string{
				string(noise), string(flipped), requestText("/") + string(noise), agreed + string(noise),
				agreed + clientFrame(frame.OpText, "good") + "\xc1\xfe\x03\xe8\x00\x00\x00\x00" + string(noise),
			} {
				nc := dialTCP(t, s.addr)
				_, _ = io.WriteString(nc, octets) // it may be refused half-way
				_ = nc.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, nc)
				nc.Close()
			}
			w.check()
		}
	})
}
