package comet

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"longwire.example/sse"
)

// exchange is one request and its answer.
type exchange struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	rc     *http.ResponseController
	query  url.Values
	cursor string
	topics []string
	begun  bool      // the answer has begun, so there is no status to give any more
	due    time.Time // when what is being sent is to have been taken; zero: no limit
	asked  bool      // the body has been read, or as much of it as could be
	kept   bool      // somebody else counts it out of those that are held
	broken bool      // what has begun is to end as what it is, cut off
}

// begin reads what a request asks for, and whether it may.
func (x *exchange) begin() (err error) {
	if x.query, err = url.ParseQuery(x.r.URL.RawQuery); err != nil {
		return refuse(http.StatusBadRequest, "the query is malformed")
	}
	if x.cursor, err = x.one("cursor", sse.MaxLastEventID); err != nil {
		return err
	}
	if err = checkCursor(x.cursor); err != nil {
		return err
	}
	x.topics, err = x.h.Topics(x.r)
	if err == nil && len(x.topics) == 0 {
		err = sse.ErrTopic
	}
	if err != nil {
		return forbid(err, http.StatusForbidden)
	}
	return nil
}

// one gives the value of a query parameter, or "".
func (x *exchange) one(name string, longest int) (string, error) {
	switch v := x.query[name]; {
	case len(v) == 0:
		return "", nil
	case len(v) > 1:
		return "", refuse(http.StatusBadRequest, "%s is given %d times", name, len(v))
	case len(v[0]) > longest:
		return "", refuse(http.StatusBadRequest, "%s has %d octets, and at most %d are taken", name, len(v[0]), longest)
	default:
		return v[0], nil
	}
}

// subscribe gives what follows the cursor, or, if kept, all that there is when
// there is no cursor. A Store that can't tell what it has keeps nothing.
func (x *exchange) subscribe(kept bool) (*sse.Subscription, error) {
	o := sse.SubscribeOptions{Topics: x.topics, After: x.cursor, Kept: kept}
	s, err := x.h.Hub.Subscribe(o)
	if errors.Is(err, sse.ErrKept) {
		o.Kept = false
		s, err = x.h.Hub.Subscribe(o)
	}
	if errors.Is(err, sse.ErrHubClosed) {
		x.w.Header().Set("Retry-After", "5")
		return nil, errGoingAway
	}
	return s, err
}

// unread tells whether the request has a body.
func (x *exchange) unread() bool {
	return x.r.ContentLength != 0 && x.r.Body != nil && x.r.Body != http.NoBody
}

// deadline gives the client the time to take what is sent next. The one that
// http.Server has set is for answers that end.
func (x *exchange) deadline() {
	var at time.Time
	if t := x.h.set.writeTimeout; t > 0 {
		if x.unread() && !x.asked { // net/http reads it to its end before it answers
			x.readDeadline()
			t *= 2
		}
		at = time.Now().Add(t)
	}
	x.due = at
	_ = x.rc.SetWriteDeadline(at) // without it, there is no limit
}

// errSlow is in the tree of the error of a write that has met its deadline.
var errSlow = errors.New("comet: the client was too slow")

// inTime gives the error of a write. net/http then ends the request as if the client
// had gone, and on HTTP/2 the error does not tell the two apart, so the time does.
func (x *exchange) inTime(err error) error {
	if err != nil && !x.due.IsZero() && !time.Now().Before(x.due) {
		return fmt.Errorf("%w: %w", errSlow, err)
	}
	return err
}

// readDeadline is deadline for what the client sends.
func (x *exchange) readDeadline() {
	if t := x.h.set.writeTimeout; t > 0 {
		_ = x.rc.SetReadDeadline(time.Now().Add(t))
	}
}

// head sets the header fields of an answer with events.
func (x *exchange) head(contentType string) {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}
