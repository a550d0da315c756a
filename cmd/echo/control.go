package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// What a page can't do by itself, the server does for it: whoever knows the
// token of a connection may have it pinged and closed.

// pingTimeout is how long POST /ping/TOKEN waits for the Pong.
const pingTimeout = 5 * time.Second

// watched gives the connection of the request's token.
func (s *streams) watched(r *http.Request) (*ws.Conn, error) {
	if st := s.find(r.PathValue("token")); st != nil {
		if c := st.connection(); c != nil {
			return c, nil
		}
	}
	return nil, &httpError{http.StatusNotFound, "no open connection has this token"}
}

// servePing sends a Ping with the request's body as its payload and answers
// with the round-trip time in milliseconds.
func (s *streams) servePing(w http.ResponseWriter, r *http.Request) {
	c, err := s.watched(r)
	if err != nil {
		answer(w, err)
		return
	}
	payload, err := io.ReadAll(io.LimitReader(r.Body, frame.MaxControlPayload+1))
	if err == nil && len(payload) > frame.MaxControlPayload {
		err = errors.New("the payload of a Ping has at most 125 octets (section 5.5)")
	}
	if err != nil {
		answer(w, &httpError{http.StatusBadRequest, err.Error()})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	took, err := c.Ping(ctx, payload...)
	if err != nil {
		answer(w, &httpError{http.StatusGatewayTimeout, "no Pong: " + err.Error()})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]float64{"ms": milliseconds(took)})
}

// serveClose closes the connection with the query's code and reason, or without
// a code when that is empty, and answers when it is done.
func (s *streams) serveClose(w http.ResponseWriter, r *http.Request) {
	c, err := s.watched(r)
	if err != nil {
		answer(w, err)
		return
	}
	code, reason, err := closeWith(r.URL.Query())
	if err != nil {
		answer(w, &httpError{http.StatusBadRequest, err.Error()})
		return
	}
	_ = c.Close(code, reason)
	w.WriteHeader(http.StatusNoContent)
}

// closeWith reads what to put into a Close frame.
func closeWith(q url.Values) (ws.StatusCode, string, error) {
	code, reason := ws.StatusNoStatus, q.Get("reason")
	if s := q.Get("code"); s != "" {
		n, err := strconv.ParseUint(s, 10, 16)
		code = ws.StatusCode(n)
		if err != nil || !code.Sendable() {
			return 0, "", fmt.Errorf("%s is not a code that can be sent (section 7.4)", s)
		}
	}
	_, err := frame.AppendClose(nil, code, reason)
	return code, reason, err
}
