package ws

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"longwire.example/ws/handshake"
)

// Answers to handshakes that fail for reasons which package handshake does
// not know.
var (
	errForbidden = &handshake.Error{Status: http.StatusForbidden, Token: "refused", Text: "refused"}
	errInternal  = &handshake.Error{Status: http.StatusInternalServerError, Token: "internal", Text: "internal server error"}
	errHijack    = &handshake.Error{Status: http.StatusNotImplemented, Token: "hijack", Text: "the server can't hand over this connection"}
	errStopped   = &handshake.Error{Status: http.StatusServiceUnavailable, Token: "stopped", Text: "the server gave up on this handshake"}
	errHTTP2     = &handshake.Error{
		Status: handshake.ErrHTTP.Status, Token: handshake.ErrHTTP.Token, Req: handshake.ErrHTTP.Req,
		Text: "WebSocket is spoken here over HTTP/1.1 only",
	}
)

// refused is a handshake that a server turned down: what it answered, and why
// if there is more to say than that.
type refused struct {
	answer *handshake.Error
	cause  error
}

func (r *refused) Error() string {
	s := "ws: handshake refused with " + strconv.Itoa(r.answer.Status) + ": "
	if r.cause != nil {
		return s + r.cause.Error()
	}
	return s + r.answer.Error()
}

func (r *refused) Unwrap() []error {
	if r.cause == nil {
		return []error{r.answer}
	}
	return []error{r.answer, r.cause}
}

// refusal gives what to answer to a handshake that failed with err: a
// *handshake.Error says it itself, for any other it is fallback.
func refusal(err error, fallback *handshake.Error) *refused {
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		return &refused{answer: e, cause: err}
	}
	return &refused{answer: fallback, cause: err}
}

// with adds fields to the answer.
func (r *refused) with(fields []handshake.Field) *refused {
	if len(fields) > 0 {
		e := *r.answer
		e.Fields = append(slices.Clip(e.Fields), fields...)
		r.answer = &e
	}
	return r
}

// logRefused tells Options.Logger of a refused handshake.
func (s *settings) logRefused(r *refused, remote string) {
	if s.Logger == nil {
		return
	}
	s.Logger.LogAttrs(context.Background(), slog.LevelInfo, "websocket handshake refused",
		slog.Int("status", r.answer.Status), slog.String("violation", r.answer.Token),
		slog.String("requirement", r.answer.Req), slog.Any("error", r), slog.String("remote", remote))
}

// write answers through net/http. The connection is closed afterwards: what
// follows on it may be frames, which nobody is to take for a request.
func (r *refused) write(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified", "Connection", "Upgrade"} {
		h.Del(name)
	}
	if req.ProtoMajor == 1 {
		h.Set("Connection", "close") // net/http looks at the first value
		if req.ContentLength != 0 {
			// net/http waits for a body that was announced before it closes,
			// and without a ReadTimeout it waits for ever (W20).
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingerTime))
		}
	}
	for _, f := range r.answer.Fields {
		switch name := http.CanonicalHeaderKey(f.Name); name {
		case "Content-Length", "Transfer-Encoding":
		case "Connection", "Upgrade":
			if req.ProtoMajor == 1 { // else there are no such fields
				h.Add(name, f.Value)
			}
		default:
			if err := f.Check(); err == nil || errors.Is(err, handshake.ErrReservedField) {
				h.Add(name, f.Value)
			}
		}
	}
	text := r.answer.Text + "\n"
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	status := r.answer.Status
	if status < 300 || status > 599 {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	if req.Method != http.MethodHead {
		_, _ = io.WriteString(w, text)
	}
}

// writeTo answers on a transport. What the client still sends is discarded for
// a while: to close with octets unread would reset the connection, and a reset
// can overtake the answer.
func (r *refused) writeTo(nc net.Conn, scratch []byte) {
	_ = nc.SetDeadline(time.Now().Add(lingerTime))
	if _, err := nc.Write(handshake.AppendRefusal(scratch[:0], r.answer)); err != nil {
		return
	}
	w, ok := nc.(interface{ CloseWrite() error })
	if !ok || w.CloseWrite() != nil {
		return
	}
	for n := 0; n < lingerOctets; {
		k, err := nc.Read(scratch)
		if err != nil {
			return
		}
		n += k
	}
}
