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
	idle []byte                         // what is sent when nothing has happened for a while

	b    []byte
	sent int64
}

// errLong ends a response that has become long: the client asks again.
var errLong = errors.New("comet: the response is long enough")

// run sends until something ends it. prologue is sent first, epilogue last, if
// the client is still there.
func (f *feed) run(contentType, prologue, epilogue string) error {
	s, err := f.subscribe(sse.SubscribeOptions{})
	if err != nil {
		return err
	}
	defer s.Close()
	f.head(contentType)
	f.begun = true
	f.w.WriteHeader(http.StatusOK)
	f.b = append(f.b, prologue...)
	if g := s.Gap(); g != nil {
		f.b = f.wrap(f.b, gapEvent(g.After, g.Reason, s.Cursor()))
	} else {
		f.b = f.wrap(f.b, event{ID: s.Cursor()})
	}
	if err = f.flush(); err != nil {
		return err
	}
	err = f.events(s)
	var gap *sse.GapError
	switch {
	case errors.Is(err, errLong), errors.Is(err, sse.ErrHubClosed), errors.Is(err, sse.ErrOverflow), errors.As(err, &gap):
		// The client asks again, with the cursor that it has.
		f.b = append(f.b, epilogue...)
		if e := f.flush(); e != nil {
			return e
		}
	}
	if errors.Is(err, errLong) || errors.Is(err, sse.ErrHubClosed) {
		return nil
	}
	return err
}

// events sends what a subscription gives. What is there goes out together.
func (f *feed) events(s *sse.Subscription) error {
	for {
		p, err := f.next(s)
		for ok := err == nil; ok; {
			if p.Missed > 0 {
				f.b = f.wrap(f.b, gapEvent("", sse.GapDropped, p.ID))
			}
			f.b = f.wrap(f.b, eventOf(&p))
			if len(f.b) >= flushSize {
				break
			}
			p, ok, err = s.Poll(f.r.Context())
		}
		if err != nil && !errors.Is(err, errQuiet) {
			if e := f.flush(); e != nil {
				return e
			}
			return err
		}
		if errors.Is(err, errQuiet) {
			f.b = append(f.b, f.idle...)
		}
		if err = f.flush(); err != nil {
			return err
		}
		if m := f.h.set.maxStream; m > 0 && f.sent >= m {
			return errLong
		}
	}
}

// flushSize is how much is collected before it is sent.
const flushSize = 32 << 10

// errQuiet is the cause of the end of waiting for an event when it is time for
// something without meaning.
var errQuiet = errors.New("comet: nothing has happened for a while")

func (f *feed) next(s *sse.Subscription) (sse.Published, error) {
	beat := f.h.set.heartbeat
	if beat == 0 {
		return s.Next(f.r.Context())
	}
	ctx, cancel := context.WithTimeoutCause(f.r.Context(), beat, errQuiet)
	defer cancel()
	return s.Next(ctx)
}

// flush sends what is collected. It waits for the client no longer than
// WriteTimeout.
func (f *feed) flush() error {
	if len(f.b) == 0 {
		return nil
	}
	f.deadline()
	n, err := f.w.Write(f.b)
	f.sent += int64(n)
	f.b = f.b[:0]
	if err == nil {
		err = f.rc.Flush()
	}
	_ = f.rc.SetWriteDeadline(time.Time{})
	return err
}
