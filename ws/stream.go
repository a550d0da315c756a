package ws

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// streamConn makes a net.Conn with deadlines of a stream that has none. Reads
// go through one goroutine and two buffers of bounded size: what a cut-short
// read would have got stays there for the next. A write can't be taken back,
// so one that meets its deadline closes the stream. One goroutine reads and
// one writes.
type streamConn struct {
	rw io.ReadWriteCloser

	start  sync.Once
	chunks chan []byte // what the goroutine has read; closed at the end
	closed chan struct{}
	rest   []byte // what Read has left of a chunk
	err    error  // set before chunks is closed
	read   deadline

	once     sync.Once
	closeErr error

	mu      sync.Mutex // guards what follows
	writing bool
	expired bool // the write deadline has passed
	timer   *time.Timer
}

const streamBufferSize = 16 << 10

func newStreamConn(rw io.ReadWriteCloser) *streamConn {
	return &streamConn{rw: rw, chunks: make(chan []byte), closed: make(chan struct{}), read: newDeadline()}
}

// pump reads into two buffers in turn. A send on chunks waits until Read has
// used up the other one, so at most two buffers are ever filled.
func (s *streamConn) pump() {
	defer close(s.chunks)
	var bufs [2][]byte
	for i := 0; ; i ^= 1 {
		if bufs[i] == nil {
			bufs[i] = make([]byte, streamBufferSize)
		}
		n, err := s.rw.Read(bufs[i])
		if n > 0 {
			select {
			case s.chunks <- bufs[i][:n]:
			case <-s.closed:
				s.err = net.ErrClosed
				return
			}
		}
		if err != nil {
			s.err = err
			return
		}
	}
}

func (s *streamConn) Read(p []byte) (int, error) {
	s.start.Do(func() { go s.pump() })
	expired := s.read.wait()
	select {
	case <-expired:
		return 0, os.ErrDeadlineExceeded
	case <-s.closed:
		return 0, net.ErrClosed
	default:
	}
	if len(s.rest) == 0 {
		select {
		case b, ok := <-s.chunks:
			if !ok {
				return 0, s.err
			}
			s.rest = b
		case <-expired:
			return 0, os.ErrDeadlineExceeded
		case <-s.closed:
			return 0, net.ErrClosed
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *streamConn) Write(p []byte) (int, error) {
	s.mu.Lock()
	if s.expired {
		s.mu.Unlock()
		return 0, os.ErrDeadlineExceeded
	}
	s.writing = true
	s.mu.Unlock()
	n, err := s.rw.Write(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing = false
	if err != nil && s.expired {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func (s *streamConn) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.mu.Lock()
		if s.timer != nil {
			s.timer.Stop()
		}
		s.mu.Unlock()
		s.read.set(time.Time{})
		s.closeErr = s.rw.Close()
	})
	return s.closeErr
}

// CloseWrite half-closes the stream if it can do that.
func (s *streamConn) CloseWrite() error {
	if w, ok := s.rw.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (s *streamConn) SetReadDeadline(t time.Time) error {
	s.read.set(t)
	return nil
}

func (s *streamConn) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.expired = false
	if t.IsZero() {
		return nil
	}
	if d := time.Until(t); d > 0 {
		var timer *time.Timer
		timer = time.AfterFunc(d, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.timer == timer { // not replaced meanwhile
				s.expireWrite()
			}
		})
		s.timer = timer
		return nil
	}
	s.expireWrite()
	return nil
}

// expireWrite ends the write in progress, with the stream. mu is held.
func (s *streamConn) expireWrite() {
	s.expired = true
	if s.writing {
		go s.Close() // there is nobody to tell of an error
	}
}

func (s *streamConn) SetDeadline(t time.Time) error {
	_ = s.SetReadDeadline(t)
	return s.SetWriteDeadline(t)
}

func (s *streamConn) LocalAddr() net.Addr  { return streamAddr{} }
func (s *streamConn) RemoteAddr() net.Addr { return streamAddr{} }

// streamAddr is the address of a stream that has none.
type streamAddr struct{}

func (streamAddr) Network() string { return "stream" }
func (streamAddr) String() string  { return "stream" }

// deadline is a time that can be waited for and moved.
type deadline struct {
	mu      sync.Mutex
	timer   *time.Timer
	expired chan struct{} // closed when the time has come
}

func newDeadline() deadline { return deadline{expired: make(chan struct{})} }

// wait gives a channel that is closed when the time comes, unless it is moved
// to before that.
func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.expired
}

// set moves the deadline; the zero time is never.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.expired // its function runs or has run; it takes no lock
	}
	d.timer = nil
	select {
	case <-d.expired:
		d.expired = make(chan struct{})
	default:
	}
	if t.IsZero() {
		return
	}
	expired := d.expired
	if left := time.Until(t); left > 0 {
		d.timer = time.AfterFunc(left, func() { close(expired) })
		return
	}
	close(expired)
}
