package comet

import (
	"cmp"
	"errors"
	"net/http"

	"longwire.example/sse"
)

// feed sends events as they come, in whatever form, as the body of one response.
type feed struct {
	*exchange
	before, after string                // what stands around an event
	end           func(b []byte) []byte // appends what comes last; may be nil

	told string  // the ID that the client has
	out  *buffer // what is to be sent; nil if there is nothing
	sent int64   // octets
	err  error   // of a write
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
	f.w.Header().Set("X-Accel-Buffering", "no") // nginx would hold it back to its end
	f.begun = true
	f.w.WriteHeader(http.StatusOK)
	f.out = getBuffer()
	f.out.b = append(f.out.b, prologue...)
	f.say(first(s))
	if err = f.flush(); err == nil {
		err = f.events(s)
	}
	f.deadline() // what comes last is not to wait for ever, nor net/http after this has returned
	switch {
	case errors.Is(err, errLong):
		return f.finish()
	case errors.Is(err, sse.ErrHubClosed), errors.Is(err, sse.ErrOverflow), errors.Is(err, sse.ErrGap):
		return cmp.Or(f.finish(), err)
	case f.err == nil && f.r.Context().Err() == nil:
		f.broken = true // the Store has failed: nobody is to ask again at once
	}
	return err
}

// finish sends what comes last. It is not flushed: net/http sends it together with
// the end of the body, so a client that has read it has read all. A page that takes
// its iframe away while more is to come would take the connection with it.
func (f *feed) finish() error {
	if f.end == nil {
		return nil
	}
	f.write(f.end(nil))
	return f.err
}

// add appends an event of the hub to what is to be sent.
func (f *feed) add(m *sse.Message) {
	f.put(f.h.encoded.of(m).text())
	f.told = m.ID
}

// say appends what is for this client alone.
func (f *feed) say(e event) {
	f.put(e.append(nil))
	if e.ID != "" {
		f.told = e.ID
	}
}

// events sends what a subscription gives. What is there goes out together.
func (f *feed) events(s *sse.Subscription) error {
	q := waiter{s: s, ctx: f.r.Context(), quiet: f.h.set.heartbeat}
	defer q.stop()
	for {
		p, err := q.next()
		sent := f.sent
		for more := err == nil; more; {
			if p.Missed > 0 {
				f.say(dropped(f.told))
			}
			f.add(&p.Message)
			if f.sent > sent || len(f.out.b) >= flushSize { // a large event has gone out
				break
			}
			p, more, err = s.Poll(q.ctx)
		}
		if errors.Is(err, errQuiet) {
			f.say(newer(s, f.told))
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
