package sse

import (
	"errors"
	"net/http"
)

// Policy says which answers end a [Stream] and after which it connects again.
//
//	                                          Resilient          Strict
//	network error, also within a stream       again              again
//	end of a stream                           again              again
//	silence for IdleTimeout                   again              again
//	200, text/event-stream                    the stream         the stream
//	204                                       end, no error      end, no error
//	408, 429, 500 to 599                      again              end, an error
//	any other status                          end, an error      end, an error
//	200, another Content-Type                 end, an error      end, an error
//	200, an encoding that is not undone       end, an error      end, an error
//	a redirect that is not followed           end, an error      end, an error
//	an event larger than MaxEventBytes        end, an error      end, an error
//
// Retry-After of an answer is honoured before the next attempt, up to
// [MaxRetryAfter]. Client.Decide has the last word on what ends with an error.
type Policy uint8

const (
	// Resilient takes the answers of servers and proxies that are overloaded
	// or being restarted for what they are. It is the default.
	Resilient Policy = iota
	// Strict is what the specification says and browsers do: any status but
	// 200 is final (section 9.2.2).
	Strict
)

// String gives "resilient" or "strict".
func (p Policy) String() string {
	if p == Strict {
		return "strict"
	}
	return "resilient"
}

// verdict is what follows from the end of an attempt.
type verdict uint8

const (
	again   verdict = iota // re-establish the connection
	fail                   // fail the connection
	nothing                // the server has no more to say
)

// judge says what follows from err, with which an attempt ended.
//
//req:impl SSE-9.2.1-02
//req:impl SSE-9.2.2-07
//req:impl SSE-9.2.2-12
func (p Policy) judge(err error) verdict {
	if s, ok := errors.AsType[*StatusError](err); ok {
		return p.judgeStatus(s.StatusCode)
	}
	if isFutile(err) {
		return fail
	}
	return again
}

func (p Policy) judgeStatus(code int) verdict {
	switch {
	case code == http.StatusNoContent:
		return nothing
	case p == Strict:
		return fail
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return again
	}
	return fail
}

// isFutile tells whether the next attempt would end as this one did.
//
//req:impl SSE-9.2.2-08
func isFutile(err error) bool {
	if errors.Is(err, ErrRedirect) {
		return true
	}
	if _, ok := errors.AsType[*ContentTypeError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*ContentEncodingError](err); ok {
		return true
	}
	_, ok := errors.AsType[*LimitError](err)
	return ok
}
