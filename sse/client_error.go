package sse

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// StatusError says that the answer to a request for an event stream had a
// status other than 200 (section 9.2.2). The connection it came on is closed,
// unless the whole body was read.
//
// A server says with 204, http.StatusNoContent, that there is nothing more to
// come and a client is not to ask again (section 9.2.1). It is a StatusError
// like the others: compare StatusCode.
type StatusError struct {
	StatusCode int
	Status     string // as in http.Response: "404 Not Found"
	Header     http.Header
	Body       []byte // as much as ReadOptions.MaxErrorBody allows and came in time
	Truncated  bool   // there may be more of the body
}

// Error gives the status, in the words of HTTP. What the server wrote is left
// out: servers repeat what they were sent, and that can be a credential.
func (e *StatusError) Error() string {
	status := strings.TrimSpace(strconv.Itoa(e.StatusCode) + " " + http.StatusText(e.StatusCode))
	return fmt.Sprintf("sse: the answer is %s, not an event stream", status)
}

// ContentTypeError says that the answer with status 200 has a Content-Type
// other than text/event-stream (section 9.2.2).
type ContentTypeError struct {
	ContentType string // as it was received, "" if there was none
	Body        []byte // as much as ReadOptions.MaxErrorBody allows and came in time
	Truncated   bool   // there may be more of the body
}

func (e *ContentTypeError) Error() string {
	if e.ContentType == "" {
		return "sse: the answer has no Content-Type, so it is no event stream"
	}
	return fmt.Sprintf("sse: the answer is %q, not text/event-stream", brief(e.ContentType))
}

// ContentEncodingError says that the octets of an event stream are compressed
// in a way that nobody undoes: http.Transport asks for gzip and undoes it, if
// the request has no Accept-Encoding of its own.
type ContentEncodingError struct {
	ContentEncoding string // as it was received
}

func (e *ContentEncodingError) Error() string {
	return fmt.Sprintf("sse: the event stream is encoded as %q, which is not undone; "+
		"leave Accept-Encoding to the transport", brief(e.ContentEncoding))
}

// DecodeError says that the data of an event is not the JSON that Decode was to
// make of it.
type DecodeError struct {
	Index int   // of the event in the sequence, from 0
	Event Event // as it was received
	Err   error // of encoding/json
}

// Error gives position and type of the event and what is wrong with its data,
// but not the data.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("sse: data of event %d, type %q: %s", e.Index, brief(e.Event.Type), e.Err)
}

// Unwrap gives the error of encoding/json.
func (e *DecodeError) Unwrap() error { return e.Err }

// brief cuts what a peer wrote down to what an error's text can hold.
func brief(s string) string {
	const most = 128
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// errResponseClosed is what a loop over a Response ends with that somebody
// closed.
var errResponseClosed = fmt.Errorf("sse: the response was closed: %w", net.ErrClosed)

// errNoSequence is misuse: there is nothing to loop over.
var errNoSequence = errors.New("sse: no sequence of events, or no function to tell its last")

// errLocation is a redirect to nowhere. The Location is left out: it can repeat
// what is secret in the URL of the request.
var errLocation = fmt.Errorf("%w: its Location is no URL", ErrRedirect)

// requestError says that no answer came. What net/http gives names the whole
// URL, whose user, path and query can be secrets: only the scheme and the host
// are kept.
func requestError(req *http.Request, err error) error {
	for { // an http.Client may be the RoundTripper of another
		u, ok := err.(*url.Error) //nolint:errorlint // not one deeper down, or what is around it would be lost
		if !ok {
			break
		}
		err = u.Err
	}
	if strings.HasPrefix(err.Error(), "failed to parse Location header") { // net/http's words, and the Location
		err = errLocation
	}
	if ctx := req.Context(); ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	return fmt.Errorf("sse: %s %s://%s: %w", method, req.URL.Scheme, req.URL.Host, err)
}

// errNoResponse is misuse: Do gives a Response.
var errNoResponse = errors.New("sse: a Response that Do did not give")
