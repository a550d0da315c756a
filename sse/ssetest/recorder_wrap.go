package ssetest

import (
	"net/http"
	"time"
)

// Unwrapping gives the Recorder as a middleware's http.ResponseWriter that has
// Unwrap and none of the optional methods: what http.ResponseController is for.
func (r *Recorder) Unwrapping() http.ResponseWriter { return Unwrapping(r) }

// Unwrapping gives w as [Recorder.Unwrapping] gives a Recorder: behind a
// middleware that has Unwrap and none of the optional methods.
func Unwrapping(w http.ResponseWriter) http.ResponseWriter { return unwrapping{basic{w}} }

// WithoutFlush gives the Recorder as an http.ResponseWriter that can't flush,
// and has no Unwrap: behind a middleware without it nothing streams.
func (r *Recorder) WithoutFlush() http.ResponseWriter { return basic{r} }

// WithoutDeadlines gives the Recorder as an http.ResponseWriter that can flush
// but has no deadlines.
func (r *Recorder) WithoutDeadlines() http.ResponseWriter { return flushing{basic{r}, r} }

// basic has the methods of http.ResponseWriter alone.
type basic struct{ w http.ResponseWriter }

func (b basic) Header() http.Header         { return b.w.Header() }
func (b basic) WriteHeader(status int)      { b.w.WriteHeader(status) }
func (b basic) Write(p []byte) (int, error) { return b.w.Write(p) }

type unwrapping struct{ basic }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.w }

type flushing struct {
	basic
	r *Recorder
}

func (f flushing) Flush() { f.r.Flush() }

var (
	_ http.ResponseWriter = (*Recorder)(nil)
	_ http.Flusher        = (*Recorder)(nil)
	_ interface {
		FlushError() error
		SetReadDeadline(t time.Time) error
		SetWriteDeadline(t time.Time) error
	} = (*Recorder)(nil)
)
