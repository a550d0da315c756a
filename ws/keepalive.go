package ws

import (
	"net"
	"syscall"
	"time"

	"longwire.example/ws/protocol"
)

// keepalive drives protocol.Keepalive with one timer a connection. Reads count
// themselves instead of taking the time: a count that changed since the last
// tick is life.
type keepalive struct {
	policy protocol.Keepalive
	begun  time.Time
	timer  *time.Timer
	seen   uint32
}

func (c *Conn) startKeepalive() {
	if c.set.PingInterval <= 0 {
		return
	}
	k := &keepalive{
		policy: protocol.NewKeepalive(int64(c.set.PingInterval), int64(c.set.PingTimeout), 0),
		begun:  time.Now(),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.result.Load() != nil {
		return // its group has shut down
	}
	c.alive = k
	k.timer = time.AfterFunc(c.set.PingInterval, c.tick)
}

func (c *Conn) stopKeepalive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.alive != nil {
		c.alive.timer.Stop()
		c.alive = nil
	}
}

// tick runs when the policy asked to be asked again.
func (c *Conn) tick() {
	c.mu.Lock()
	k := c.alive
	if k == nil {
		c.mu.Unlock()
		return
	}
	now := int64(time.Since(k.begun))
	if n := c.received.Load(); n != k.seen {
		k.seen = n
		k.policy.Received(now)
	}
	action, next := k.policy.Next(now)
	if action == protocol.ActionDead && c.mayLive() {
		k.policy.Received(now)
		action, next = k.policy.Next(now)
	}
	if action != protocol.ActionDead && next != protocol.Never {
		k.timer.Reset(time.Duration(next - now))
	}
	c.mu.Unlock()

	switch action {
	case protocol.ActionPing:
		c.out.mu.Lock()
		c.out.ping = true
		c.out.mu.Unlock()
		c.kick()
	case protocol.ActionDead:
		_ = c.end(&CloseError{Code: StatusAbnormalClosure, Err: ErrKeepalive})
	case protocol.ActionNone:
	}
}

// mayLive tells whether the peer may have answered although nothing was read:
// while the application works on a message, its answer waits in the socket.
// Where one can't look, the peer gets the benefit of the doubt until the next
// read.
func (c *Conn) mayLive() bool {
	if !c.reading.free() {
		return false
	}
	nc := c.nc
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn()
	}
	sc, ok := nc.(syscall.Conn)
	if !ok || !canPeek {
		return true
	}
	return unread(sc)
}
