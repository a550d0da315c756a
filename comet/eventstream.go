package comet

import (
	"slices"
)

// eventStream is Server-Sent Events, which the hub does by itself. A page can set
// no Last-Event-ID for its first request, so the cursor takes its place; the one
// of an EventSource that has reconnected is newer.
func (x *exchange) eventStream() error {
	if err := x.begin(); err != nil {
		return err
	}
	r := x.r
	if x.cursor != "" && !slices.ContainsFunc(r.Header["Last-Event-Id"], func(id string) bool { return id != "" }) {
		r = r.Clone(r.Context())
		r.Header.Set("Last-Event-ID", x.cursor)
	}
	x.begun = true // the hub answers
	err := x.h.Hub.Serve(x.w, r, x.topics...)
	if x.h.Hub.Stream.Logger != nil {
		return nil // and has logged what there is
	}
	return err
}
