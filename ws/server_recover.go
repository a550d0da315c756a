package ws

import (
	"context"
	"log/slog"
	"net"
	"runtime/debug"
)

// guarded gives settings whose functions may panic: a handshake is then refused
// with 500, and a connection ends with 1011 (internal error).
func (s *settings) guarded() *settings {
	g := *s
	if f := s.OnRequest; f != nil {
		g.OnRequest = func(r *Request) (err error) {
			defer func() {
				if v := recover(); v != nil {
					logPanicOf(s, v, r.RemoteAddr)
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
		logPanic(c.set, v, c.Info().RemoteAddr)
		if closes {
			_ = c.Close(StatusInternalError, "")
		}
	}
}

// logPanic tells of a callback that panicked.
func logPanic(s *settings, v any, remote net.Addr) { logPanicOf(s, v, addrString(remote)) }

func logPanicOf(s *settings, v any, remote string) {
	stack := string(debug.Stack())
	if s.Logger != nil {
		s.Logger.LogAttrs(context.Background(), slog.LevelError, "websocket callback panicked",
			slog.Any("panic", v), slog.String("remote", remote), slog.String("stack", stack))
		return
	}
	logf(context.Background(), "ws: panic serving %s: %v\n%s", remote, v, stack)
}
