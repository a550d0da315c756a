package ws

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// tape is a transport in memory that gives each read what one play put in, and
// records each write by itself. While it is stuck, writes wait.
type tape struct {
	in       chan []byte
	rest     []byte
	closed   chan struct{}
	once     sync.Once
	reading  deadline
	writing  deadline
	stuck    chan struct{} // closed when writes may go on
	mu       sync.Mutex    // guards what follows
	recorded [][]byte
	times    []time.Time
}

func newTape() *tape {
	free := make(chan struct{})
	close(free)
	return &tape{in: make(chan []byte, 16), closed: make(chan struct{}), reading: newDeadline(), writing: newDeadline(), stuck: free}
}

// play makes octets arrive at once.
func (s *tape) play(octets ...[]byte) { s.in <- bytes.Join(octets, nil) }

// writes gives what was written since the last time, each write by itself.
func (s *tape) writes() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.recorded
	s.recorded = nil
	return all
}

// payloads gives the payloads of the frames of each write since the last time.
func (s *tape) payloads(t *testing.T) (all [][]string) {
	t.Helper()
	for _, w := range s.writes() {
		var list []string
		for _, f := range (&frames{octets: w}).take(t) {
			require.True(t, f.Fin())
			list = append(list, string(f.payload))
		}
		all = append(all, list)
	}
	return all
}

func (s *tape) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		select {
		case s.rest = <-s.in:
		case <-s.closed:
			return 0, io.EOF
		case <-s.reading.wait():
			return 0, os.ErrDeadlineExceeded
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *tape) Write(p []byte) (int, error) {
	late := s.writing.wait()
	select {
	case <-s.closed:
		return 0, net.ErrClosed
	case <-late:
		return 0, os.ErrDeadlineExceeded
	default:
	}
	select {
	case <-s.closed:
		return 0, net.ErrClosed
	case <-late:
		return 0, os.ErrDeadlineExceeded
	case <-s.stuck:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recorded, s.times = append(s.recorded, bytes.Clone(p)), append(s.times, time.Now())
	return len(p), nil
}

func (s *tape) Close() error                       { s.once.Do(func() { close(s.closed) }); return nil }
func (s *tape) LocalAddr() net.Addr                { return streamAddr{} }
func (s *tape) RemoteAddr() net.Addr               { return streamAddr{} }
func (s *tape) SetReadDeadline(t time.Time) error  { s.reading.set(t); return nil }
func (s *tape) SetWriteDeadline(t time.Time) error { s.writing.set(t); return nil }
func (s *tape) SetDeadline(t time.Time) error {
	s.reading.set(t)
	s.writing.set(t)
	return nil
}

// elapse lets time pass in a bubble.
func elapse(d time.Duration) { <-time.After(d) }

// messagesTo makes frames as the other side of a connection in role sends them.
func messagesTo(t *testing.T, role Role, payloads ...string) (all [][]byte) {
	t.Helper()
	other := RoleClient
	if role == RoleClient {
		other = RoleServer
	}
	send := protocol.NewSender(other, false)
	for _, p := range payloads {
		b, err := send.AppendFrame(nil, frame.OpBinary, protocol.Fin, []byte(p))
		require.NoError(t, err)
		all = append(all, b)
	}
	return all
}
