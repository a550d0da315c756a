package comet_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
	"longwire.example/sse"
	"longwire.example/ws/wstest"
)

// recorded is a Listener whose connections note what they write last.
type recorded struct {
	net.Listener
	last []byte
}

func (l *recorded) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return recordedConn{c, l}, err
}

type recordedConn struct {
	net.Conn
	l *recorded
}

func (c recordedConn) Write(p []byte) (int, error) {
	c.l.last = bytes.Clone(p)
	return c.Conn.Write(p)
}

// What comes last is one with the end of the body (RFC 9112 section 7.1), and the
// connection is used again.
func TestTheEndComesInOneWrite(t *testing.T) {
	for name, end := range map[string]string{"stream": "0\r\n\r\n", "multipart": "--\r\n\r\n0\r\n\r\n", "iframe": "e(null)</script>\n\r\n0\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.MaxStream = 1500
			var l recorded
			conns := 0
			inBubbleWith(t, h, bubble{
				listen: func(inner net.Listener) net.Listener { l.Listener = inner; return &l },
				server: func(srv *http.Server) {
					srv.ConnState = func(_ net.Conn, s http.ConnState) {
						if s == http.StateNew {
							conns++
						}
					}
				},
			}, func(s *site) {
				for range 3 {
					src := transportsThatPush[name](s, "")
					synctest.Wait()
					s.publish(0, 200)
					var err error
					for err == nil {
						_, err = src.next()
					}
					require.ErrorIs(t, err, io.EOF)
					synctest.Wait()
					assert.True(t, bytes.HasSuffix(l.last, []byte(end)), "%q", l.last)
				}
				assert.Equal(t, 1, conns)
			})
		})
	}
}

// The end of a response has a deadline, too: here all but the very end has gone out,
// and the client takes nothing more.
func TestAStalledClientDoesNotHoldTheEnd(t *testing.T) {
	for _, name := range streaming {
		t.Run(name, func(t *testing.T) {
			// What comes through a connection that holds so much, when nothing of it
			// is read for an hour, and when the server has closed it.
			octets := func(size int) (n int, closed time.Duration) {
				h := allow()
				h.MaxStream = 1500
				start, end := time.Time{}, make(chan time.Time, 1)
				inBubbleWith(t, h, bubble{pipe: wstest.PipeOptions{Size: size}, server: func(srv *http.Server) {
					srv.IdleTimeout = 2 * time.Hour
					srv.ConnState = func(_ net.Conn, s http.ConnState) {
						if s == http.StateClosed {
							end <- time.Now()
						}
					}
				}}, func(s *site) {
					c, err := s.l.Dial(s.t.Context(), "", "")
					require.NoError(t, err)
					defer c.Close()
					_, err = fmt.Fprintf(c, "GET /comet/%s?origin=%s HTTP/1.1\r\nHost: example.com\r\n\r\n", name, own)
					require.NoError(t, err)
					synctest.Wait()
					start = time.Now()
					s.say("news", sse.Message{Data: strings.Repeat("x", 1500)})
					<-time.After(time.Hour)
					c.SetReadDeadline(time.Now().Add(time.Second)) // all is there
					all, _ := io.ReadAll(c)
					n = len(all)
				})
				return n, (<-end).Sub(start)
			}
			all, closed := octets(64 << 10)
			assert.Equal(t, time.Hour+time.Second, closed, "the connection would be used again")
			most, closed := octets(all - 3)
			assert.Equal(t, all-3, most)
			assert.Equal(t, comet.DefaultWriteTimeout, closed)
		})
	}
}
