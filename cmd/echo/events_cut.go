package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// errCut is the cause of the end of a stream that was cut.
var errCut = errors.New("cut by POST /events/cut")

// eventStream is one event stream that is being sent.
type eventStream struct {
	cancel context.CancelCauseFunc
	over   chan struct{} // closed at its end
}

// add counts a stream, if there is room for it. A token lets others cut it; of
// two streams with one token that is the later one, since a client that comes
// back may be here before its old connection is known to be dead.
func (e *events) add(token string, st *eventStream) (remove func(), err error) {
	if token != "" && !validToken(token) {
		return nil, errToken
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open >= maxEventStreams {
		return nil, &httpError{http.StatusServiceUnavailable, "too many event streams are open"}
	}
	e.open++
	if token != "" {
		if e.byToken == nil {
			e.byToken = map[string]*eventStream{}
		}
		e.byToken[token] = st
	}
	return sync.OnceFunc(func() {
		e.mu.Lock()
		e.open--
		if e.byToken[token] == st {
			delete(e.byToken, token)
		}
		e.mu.Unlock()
		close(st.over)
	}), nil
}

// serveCut ends the stream of the request's token, as a connection that breaks
// between two events would, and answers when that is done. It does not end what
// other streams are read with.
func (e *events) serveCut(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	st := e.byToken[r.PathValue("token")]
	e.mu.Unlock()
	if st == nil {
		answer(w, &httpError{http.StatusNotFound, "no open event stream has this token"})
		return
	}
	st.cancel(errCut)
	select {
	case <-st.over:
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}
