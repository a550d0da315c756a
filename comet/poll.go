package comet

import (
	"context"
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
	s, err := x.subscribe(x.cursor == "")
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
	limit, err := x.holdLimit()
	if err != nil {
		return err
	}
	s, err := x.subscribe(false)
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := x.collect(s, func() (sse.Published, error) {
		ctx, cancel := context.WithTimeoutCause(x.r.Context(), limit, errHeld)
		defer cancel()
		return s.Next(ctx)
	})
	if err != nil {
		return err
	}
	return x.answer(callback, &b)
}

// holdLimit gives how long this request is held: Hold, or less if the client wants
// so. With 0 it learns its cursor, or that there is a gap, without waiting.
func (x *exchange) holdLimit() (time.Duration, error) {
	v, err := x.one("hold", len("65535"))
	if err != nil || v == "" {
		return x.h.set.hold, err
	}
	seconds, err := strconv.ParseUint(v, 10, 16)
	if err != nil {
		return 0, refuse(http.StatusBadRequest, "hold is no number of seconds")
	}
	return min(time.Duration(seconds)*time.Second, x.h.set.hold), nil
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
	body := make([]byte, 0, len(b.events)+len(b.cursor)+len(callback)+batchRoom)
	contentType := "application/json"
	if callback == "" {
		body = b.append(body)
	} else {
		// The comment keeps the octets of the callback from being the first
		// ones, which a plugin could take for a file of its own.
		body = append(append(append(body, "/**/"...), callback...), '(')
		body = append(b.append(body), ");\n"...)
		contentType = "text/javascript; charset=utf-8"
	}
	x.head(contentType)
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.begun = true
	x.deadline()
	_, err := x.w.Write(body)
	return x.inTime(err)
}
