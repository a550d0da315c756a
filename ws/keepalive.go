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
	due, asked int64       // the state of a protocol.Keepalive, in time since started
	timer      *time.Timer // nil before it runs and when it has ended
	seen       uint32
}

func (c *Conn) startKeepalive() {
	if c.set.PingInterval <= 0 {
		return
	}
	policy := protocol.NewKeepalive(int64(c.set.PingInterval), int64(c.set.PingTimeout), int64(time.Since(started)))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.result.Load() != nil {
		return // its group has shut down
	}
	c.alive.due, c.alive.asked = policy.Save()
	c.alive.timer = time.AfterFunc(c.set.PingInterval, c.tick)
}

func (c *Conn) stopKeepalive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.alive.timer != nil {
		c.alive.timer.Stop()
		c.alive.timer = nil
	}
}

// tick runs when the policy asked to be asked again.
func (c *Conn) tick() {
	c.mu.Lock()
	k := &c.alive
	if k.timer == nil {
		c.mu.Unlock()
		return
	}
	now := int64(time.Since(started))
	policy := protocol.KeepaliveFrom(int64(c.set.PingInterval), int64(c.set.PingTimeout), k.due, k.asked)
	if n := c.received.Load(); n != k.seen {
		k.seen = n
		policy.Received(now)
	}
	action, next := policy.Next(now)
	if action == protocol.ActionDead && c.mayLive() {
		policy.Received(now)
		action, next = policy.Next(now)
	}
	k.due, k.asked = policy.Save()
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
