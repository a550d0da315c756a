package sse

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"time"
)

// errorBodyTime is how long the body of an answer that is no event stream is
// waited for: it may be one that never ends.
const errorBodyTime = 5 * time.Second

var errSlowBody = errors.New("sse: the body of an answer that is no event stream took too long")

// refusal tells why a response is no event stream, nil if it is one: status,
// Content-Encoding and Content-Type, in this order. If it is none, as much of
// its body as limit allows (see ReadOptions.MaxErrorBody) is read into the
// error, and the body is closed. giveUp cancels the request.
func refusal(resp *http.Response, limit int, giveUp context.CancelCauseFunc) error {
	//req:impl SSE-9.2.2-09
	if resp.StatusCode != http.StatusOK {
		e := &StatusError{StatusCode: resp.StatusCode, Status: resp.Status, Header: resp.Header}
		e.Body, e.Truncated = errorBody(resp, limit, giveUp)
		return e
	}
	//req:impl SSE-9.2.2-10
	if t := resp.Header.Get("Content-Type"); !isEventStream(t) {
		e := &ContentTypeError{ContentType: t}
		e.Body, e.Truncated = errorBody(resp, limit, giveUp)
		return e
	}
	if c := strings.Join(resp.Header.Values("Content-Encoding"), ", "); c != "" && !strings.EqualFold(c, "identity") {
		_ = resp.Body.Close()
		return &ContentEncodingError{ContentEncoding: c}
	}
	return nil
}

// isEventStream tells whether a Content-Type is text/event-stream, with any
// parameters: a stream is UTF-8 whatever they say (section 9.2.5), so they are
// not looked at.
func isEventStream(contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.Trim(essence, " \t"), "text/event-stream")
}

// errorBody reads a body within limit, errorBodyTime and the request's context,
// and closes it. A body that was read to its end leaves the connection for
// another request.
func errorBody(resp *http.Response, limit int, giveUp context.CancelCauseFunc) (body []byte, truncated bool) {
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return nil, false // what follows is not HTTP
	}
	most := int64(limit)
	switch {
	case limit == 0:
		most = DefaultMaxErrorBody
	case limit < 0:
		most = math.MaxInt64 - 1
	}
	timer := time.AfterFunc(errorBodyTime, func() { giveUp(errSlowBody) })
	defer timer.Stop()
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if int64(len(body)) > most {
		return body[:most:most], true
	}
	return body, err != nil
}
