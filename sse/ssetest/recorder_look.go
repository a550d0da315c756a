package ssetest

import (
	"bytes"
	"net/http"
	"slices"
	"time"
)

// Status gives the status that was sent; 0 if none has been.
func (r *Recorder) Status() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Sent gives the header fields that were sent; nil if none have been.
func (r *Recorder) Sent() http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent.Clone()
}

// Body gives what was written, flushed or not.
func (r *Recorder) Body() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.body)
}

// Flushed gives what each flush sent, in order: "" for one that sent the header
// fields alone, or nothing.
func (r *Recorder) Flushed() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	texts := make([]string, len(r.flushes))
	for i, f := range r.flushes {
		texts[i] = string(f)
	}
	return texts
}

// Unflushed gives what was written after the last flush, and is not on its way.
func (r *Recorder) Unflushed() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.body[r.flushed:])
}

// WriteDeadline gives the write deadline; the zero time if there is none.
func (r *Recorder) WriteDeadline() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deadline
}

// Actions gives all calls in order, but for Header and those of Late.
func (r *Recorder) Actions() []Action {
	r.mu.Lock()
	defer r.mu.Unlock()
	return cloneActions(r.actions)
}

// Late gives the calls that were made after the handler had returned. There
// should be none.
func (r *Recorder) Late() []Action {
	r.mu.Lock()
	defer r.mu.Unlock()
	return cloneActions(r.late)
}

func cloneActions(from []Action) []Action {
	to := slices.Clone(from)
	for i := range to {
		to[i].Octets = bytes.Clone(to[i].Octets)
	}
	return to
}
