package comet

import (
	"context"
	"errors"
	"net/http"
	"time"

	"longwire.example/sse"
)

// feed sends events as they come, in whatever form, as the body of one response.
type feed struct {
	*exchange
	wrap func(b []byte, e event) []byte // appends an event
	end  func(b []byte) []byte          // appends what comes last; may be nil

	told string // the ID that the client has
	b    []byte // what is to be sent
	sent int64  // octets
}

// errLong ends a response that has become long: the client asks again.
var errLong = errors.New("comet: the response is long enough")

// run sends until something ends it: first what prologue has, and in the end, if
// the client is still there, what end appends. That is no more than a good form,
// since a client goes on with its cursor after any end.
func (f *feed) run(contentType, prologue string) error {
	if err := sse.CheckFlush(f.w); err != nil {
		return err
	}
	s, err := f.subscribe(false)
	if err != nil {
		return err
	}
	defer s.Close()
	f.head(contentType)
	// What net/http sends after this has returned is not to wait for ever.
	defer f.deadline()
	f.begun = true
	f.w.WriteHeader(http.StatusOK)
	f.b = append(f.b, prologue...)
	f.add(first(s))
	if err = f.flush(); err == nil {
		err = f.events(s)
	}
	if errors.Is(err, errLong) || errors.Is(err, sse.ErrHubClosed) || errors.Is(err, sse.ErrOverflow) || errors.Is(err, sse.ErrGap) {
		if f.end != nil {
			f.b = f.end(f.b)
		}
		if e := f.flush(); e != nil {
			return e
		}
	}
	if errors.Is(err, errLong) {
		return nil
	}
	return err
}

// add appends an event to what is to be sent.
func (f *feed) add(e event) {
	f.b = f.wrap(f.b, e)
	if e.ID != "" {
		f.told = e.ID
	}
}

// events sends what a subscription gives. What is there goes out together.
func (f *feed) events(s *sse.Subscription) error {
	for {
		p, err := next(f.r.Context(), s, f.h.set.heartbeat)
		for more := err == nil; more; {
			if p.Missed > 0 {
				f.add(dropped(f.told))
			}
			f.add(eventOf(&p.Message))
			if len(f.b) >= flushSize {
				break
			}
			p, more, err = s.Poll(f.r.Context())
		}
		if errors.Is(err, errQuiet) {
			f.add(newer(s, f.told))
			err = nil
		}
		if e := f.flush(); e != nil {
			return e
		}
		if err != nil {
			return err
		}
		if m := f.h.set.maxStream; m > 0 && f.sent >= m {
			return errLong
		}
	}
}

// newer tells a client of quiet topics how far the hub has come, so that it does
// not come back with an ID of long ago; or nothing.
func newer(s *sse.Subscription, told string) event {
	if c := s.Cursor(); c != told {
		return event{ID: c}
	}
	return event{}
}

// errQuiet is the cause of the end of waiting for an event when it is time for
// something without meaning.
var errQuiet = errors.New("comet: nothing has happened for a while")

// next is s.Next that gives errQuiet after so long, unless that is 0.
func next(ctx context.Context, s *sse.Subscription, quiet time.Duration) (sse.Published, error) {
	if quiet == 0 {
		return s.Next(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, quiet, errQuiet)
	defer cancel()
	return s.Next(ctx)
}
