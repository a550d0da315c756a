package sse

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
)

// Handler gives an http.Handler whose streams have the topics that authorize
// gives for a request. It is called before anything is replayed, and after what
// is no request for a stream was answered: it sees no CORS preflight.
//
// When it gives an error, the client gets 403, or what the StatusCode method of
// an error in its tree gives, if that is 400 to 599 ([HTTPError] has one). The
// text of the error is logged and not told to the client. No topic is 403, too.
// A topic without a name is a mistake on this side, and 500.
func (h *Hub) Handler(authorize func(r *http.Request) (topics []string, err error)) http.Handler {
	return &hubHandler{h, authorize}
}

// HTTPError is an error that has an HTTP status, for the functions given to
// [Hub.Handler].
type HTTPError struct {
	Status int   // 400 to 599, such as http.StatusUnauthorized
	Err    error // for the log; it may be nil
}

// Error gives the status and the text of Err.
func (e *HTTPError) Error() string {
	s := "sse: refused with " + strconv.Itoa(e.Status)
	if e.Err == nil {
		return s
	}
	return s + ": " + e.Err.Error()
}

// Unwrap gives Err.
func (e *HTTPError) Unwrap() error { return e.Err }

// StatusCode gives Status.
func (e *HTTPError) StatusCode() int { return e.Status }

// StatusOf gives the HTTP status that an error in the tree of err asks for by its
// StatusCode method, if that is 400 to 599, and def otherwise.
func StatusOf(err error, def int) int {
	type coded interface {
		error
		StatusCode() int
	}
	if e, ok := errors.AsType[coded](err); ok {
		if s := e.StatusCode(); s >= 400 && s <= 599 {
			return s
		}
	}
	return def
}

type hubHandler struct {
	hub       *Hub
	authorize func(*http.Request) ([]string, error)
}

func (hh *hubHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := hh.hub
	h.once.Do(h.init)
	wrong := h.wrong
	if wrong == nil && hh.authorize == nil {
		wrong = errors.New("sse: Hub.Handler: there is no function that authorizes")
	}
	if wrong != nil {
		h.server.logMistake(r, h.server.refuse(w, r, internal(wrong)))
		return
	}
	if _, err := h.server.admit(w, r); err != nil {
		if refused, ok := errors.AsType[*RefusedError](err); ok {
			h.server.logMistake(r, h.server.refuse(w, r, refused))
		}
		return
	}
	topics, err := hh.authorize(r)
	if err == nil && len(topics) == 0 {
		err = ErrTopic
	}
	if err != nil {
		h.forbid(w, r, err)
		return
	}
	h.server.logMistake(r, h.Serve(w, r, topics...))
}

// forbid answers a request that was not authorized.
func (h *Hub) forbid(w http.ResponseWriter, r *http.Request, err error) {
	status := StatusOf(err, http.StatusForbidden)
	w.Header().Set("Cache-Control", "no-store")
	text := http.StatusText(status)
	if text == "" {
		text = "refused"
	}
	http.Error(w, text, status)
	if l := h.Stream.Logger; l != nil {
		l.LogAttrs(r.Context(), slog.LevelInfo, "event stream not authorized",
			slog.Int("status", status), slog.Any("error", err), slog.String("remote", r.RemoteAddr))
	}
}
