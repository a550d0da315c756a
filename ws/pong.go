package ws

import (
	"bytes"

	"longwire.example/ws/protocol"
)

// answerPing writes the Pong at once when that takes no waiting, so that a
// burst of Pings gets as many Pongs. Otherwise it leaves it for the next
// writer: of the Pings that come while nothing can be written, only the latest
// gets one.
//
//req:impl RFC6455-5.5.2-02
//req:impl RFC6455-5.5.2-03
//req:impl RFC6455-5.5.3-02
func (c *Conn) answerPing(ev protocol.Event) {
	if c.pongNow(ev) {
		return
	}
	c.out.mu.Lock()
	c.out.pong = append(c.out.pong[:0], ev.Payload...)
	c.out.pongDue = true
	c.out.mu.Unlock()
	c.kick()
}

// pongNow answers a Ping if nobody holds the socket, nothing waits to be
// written before, and the socket takes octets without waiting. It tells
// whether the Ping needs no other answer.
func (c *Conn) pongNow(ev protocol.Event) bool {
	if !c.atOnce.can() || !c.out.tryTake() {
		return false
	}
	scratch := getBuffer()
	defer putBuffer(scratch)
	b, err := c.send.Answer(scratch[:0], ev)
	if err != nil || len(b) == 0 { // closing: no answer is due
		c.free()
		return err == nil
	}
	n := c.atOnce.write(b)
	c.trace(Sent, b[:n])
	if n == 0 || n == len(b) {
		c.free()
		return n > 0
	}
	// The socket took the beginning of the frame, so the rest comes next
	// whatever happens.
	c.leaveOver(&leftover{octets: bytes.Clone(b[n:])})
	return true
}
