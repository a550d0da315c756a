package comet

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"longwire.example/sse"
)

// poll answers at once with what is new.
func (x *exchange) poll() error {
	callback, err := x.beginPoll()
	if err != nil {
		return err
	}
	s, err := x.subscribe(sse.SubscribeOptions{Kept: x.cursor == ""})
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := x.collect(s, nil)
	if err != nil {
		return err
	}
	return x.answer(callback, &b)
}

// errHeld is the cause of the end of a long poll that has waited long enough.
var errHeld = errors.New("comet: nothing was published while the request was held")

// longPoll answers as soon as there is something new, or when it has been held for
// long enough.
func (x *exchange) longPoll() error {
	callback, err := x.beginPoll()
	if err != nil {
		return err
	}
	s, err := x.subscribe(sse.SubscribeOptions{})
	if err != nil {
		return err
	}
	defer s.Close()
	// The connection is read while the request is held, so that a client that
	// goes away ends it; not longer than that.
	_ = x.rc.SetReadDeadline(time.Time{})
	b, err := x.collect(s, func() (sse.Published, error) {
		ctx, cancel := context.WithTimeoutCause(x.r.Context(), x.h.set.hold, errHeld)
		defer cancel()
		return s.Next(ctx)
	})
	if err != nil {
		return err
	}
	return x.answer(callback, &b)
}

// beginPoll is begin for the transports that a script element can use, too.
func (x *exchange) beginPoll() (callback string, err error) {
	if err = x.begin(); err != nil {
		return "", err
	}
	if !x.query.Has("callback") {
		return "", nil
	}
	if !x.h.JSONP {
		return "", refuse(http.StatusForbidden, "JSONP is off here")
	}
	if callback, err = x.one("callback", maxCallback); err != nil {
		return "", err
	}
	return callback, checkCallback(callback)
}

// answer sends a batch, as JSON or as a script that calls callback with it.
func (x *exchange) answer(callback string, b *batch) error {
	body, err := json.Marshal(b)
	if err != nil {
		return err
	}
	contentType := "application/json"
	if callback != "" {
		// The comment keeps the octets of the callback from being the first
		// ones, which a plugin could take for a file of its own.
		body = append(append([]byte("/**/"+callback+"("), body...), ");\n"...)
		contentType = "text/javascript; charset=utf-8"
	}
	x.head(contentType)
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.begun = true
	x.deadline()
	if x.r.Method == http.MethodHead {
		return nil
	}
	_, err = x.w.Write(body)
	return err
}
