package ws

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"longwire.example/ws/handshake"
)

// loop is an event loop: one goroutine for many connections. It waits until
// some of them have received something or can send again, works on one after the
// other, and calls the Server's callbacks.
type loop struct {
	server *Server
	set    *settings
	poll   *poller // nil in the one that stands for goroutines

	// What follows belongs to the loop's goroutine.
	conns table
	wheel wheel
	now   int64 // nanoseconds since started, taken once a wake-up
	head  *handshake.Head

	// The connection that is being worked on has these. What it received is
	// in[r:w]; budget is what it may still read in this wake-up, and work what may
	// still be done for it.
	in     []byte
	r, w   int
	budget int
	work   int
	kept   *seldom // where octets are that come before what the socket has; or nil

	// out is what it sends; its mu guards that.
	out collector

	taken    posts       // what is being done of what was asked for
	hasPosts atomic.Bool // a hint that saves the mutex
	mu       sync.Mutex  // guards what follows; a connection's mu may be held before
	posted   posts
	asleep   bool  // or about to be: a deadline wakes it
	armed    int64 // when the deadline of its sleep is; 0: to be set anew
	quit     bool
	done     chan struct{} // closed when the goroutine has ended
}

// The bounds of a wake-up.
const (
	// readSize is the size of a loop's read buffer, and about how much of one
	// connection is read or written before the others have their turn. A message
	// that fits in is handed out from there if all of it has come, and a longer one
	// is put together elsewhere. More at once makes fewer system calls, and each of
	// them longer, while the peer has nothing to do: then it must be woken for what
	// it is sent, which costs more.
	readSize = 128 << 10
	// workSize is how much is done for one connection before the others have their
	// turn: an octet inflated counts as one, and a message handed out as
	// messageWork. Of small messages, and of what inflates to a thousand times its
	// size, a read holds more than that.
	workSize    = 1 << 20
	messageWork = 1 << 10
	// outSize is the size of the buffer for what is sent in a wake-up.
	outSize = 64 << 10
)

func newLoop(s *Server, set *settings) (*loop, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &loop{
		server: s,
		set:    set,
		poll:   p,
		head:   heads.Get().(*handshake.Head),
		in:     make([]byte, readSize),
		out:    collector{b: make([]byte, 0, outSize)},
		done:   make(chan struct{}),
	}, nil
}

// run is the loop's goroutine.
func (lp *loop) run() {
	ended := false
	defer func() {
		if !ended {
			go lp.run() // a callback has ended the goroutine
			return
		}
		lp.poll.close()
		close(lp.done)
	}()
	lp.finishPosts()
	lp.serveReady()
	for {
		quit := lp.wait()
		lp.now = int64(time.Since(started))
		if lp.hasPosts.Load() {
			lp.takePosts()
		}
		lp.serveReady()
		lp.wheel.expire(lp.now, lp.expired)
		if quit {
			ended = true
			return
		}
		runtime.Gosched() // a loop with much to do must not keep others waiting
	}
}

// serveReady works on the connections whose sockets are ready. It may end in the
// middle, with the goroutine, and then another one goes on.
func (lp *loop) serveReady() {
	for e := lp.poll.next(); e != nil; e = lp.poll.next() {
		lp.serve(e.handle(), e.ready(), e.failed())
	}
}

// wait waits until there is something to do.
func (lp *loop) wait() (quit bool) {
	if lp.poll.poll() {
		return false
	}
	lp.mu.Lock()
	quit = lp.quit && lp.conns.count == 0
	if lp.hasPosts.Load() || quit {
		quit = quit && !lp.hasPosts.Load()
		lp.mu.Unlock()
		return quit
	}
	if next := lp.wheel.next(); next != lp.armed {
		lp.armed = next
		lp.poll.setDeadline(clockTime(next))
	}
	lp.asleep = true
	lp.mu.Unlock()
	err := lp.poll.wait()
	lp.mu.Lock()
	lp.asleep = false
	lp.mu.Unlock()
	if err != nil {
		panic(err) // the descriptor is the loop's own
	}
	return false
}

// clockTime gives a time of the loops' clock as package time has it.
func clockTime(at int64) time.Time {
	if at == never {
		return time.Time{}
	}
	return started.Add(time.Duration(at))
}
