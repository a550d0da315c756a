package sse

import (
	"fmt"
	"net/http"
)

// longestUnwrap is how many types may be around a ResponseWriter. One that
// unwraps to itself has no end.
const longestUnwrap = 1000

// CheckFlush tells whether w can flush, as an answer without end has to, without
// doing it: that would send the header fields. The error is [ErrFlush] and names
// the type that can't.
//
// http.ResponseController takes the first type with FlushError or Flush that it
// finds by Unwrap. That one may pass the call on, so the innermost type has to
// be able too.
func CheckFlush(w http.ResponseWriter) error {
	found := false
	for range longestUnwrap {
		can := false
		switch w.(type) {
		case interface{ FlushError() error }, http.Flusher:
			can = true
		}
		found = found || can
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			if found && can {
				return nil
			}
			return fmt.Errorf("%w: %T has neither FlushError nor Flush nor Unwrap", ErrFlush, w)
		}
		if w = u.Unwrap(); w == nil {
			return fmt.Errorf("%w: %T unwraps to nil", ErrFlush, u)
		}
	}
	return fmt.Errorf("%w: %T unwraps without end", ErrFlush, w)
}
