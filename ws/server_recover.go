package ws

import "context"

// guarded gives settings whose functions may panic: a handshake is then refused
// with 500, and a connection ends with 1011 (internal error).
func (s *settings) guarded() *settings {
	g := *s
	if f := s.OnRequest; f != nil {
		g.OnRequest = func(r *Request) (err error) {
			defer func() {
				if v := recover(); v != nil {
					s.logPanic(context.Background(), "callback", v, r.RemoteAddr)
					err = errInternal
				}
			}()
			return f(r)
		}
	}
	if f := s.Hooks.Trace; f != nil {
		g.Hooks.Trace = func(c *Conn, d Direction, octets []byte) {
			defer c.recovered(true)
			f(c, d, octets)
		}
	}
	if f := s.Hooks.Ping; f != nil {
		g.Hooks.Ping = func(c *Conn, payload []byte) {
			defer c.recovered(true)
			f(c, payload)
		}
	}
	if f := s.Hooks.Pong; f != nil {
		g.Hooks.Pong = func(c *Conn, payload []byte) {
			defer c.recovered(true)
			f(c, payload)
		}
	}
	if f := s.Hooks.End; f != nil {
		g.Hooks.End = func(c *Conn, err *CloseError) {
			defer c.recovered(false)
			f(c, err)
		}
	}
	return &g
}

// recovered takes what a function of the application has panicked with, and
// closes the connection.
func (c *Conn) recovered(closes bool) {
	if v := recover(); v != nil {
		c.logPanic(v)
		if closes {
			_ = c.Close(StatusInternalError, "")
		}
	}
}

// logPanic tells of a callback that has panicked.
func (c *Conn) logPanic(v any) {
	c.set.logPanic(context.Background(), "callback", v, addrString(c.Info().RemoteAddr))
}
