package sse

import (
	"context"
	"net/http"
)

// Do sends a request and gives the event stream that answers it: one response,
// never another one. Any method, headers and body will do, such as the POST to
// a language model. The error is a [*StatusError] if the status is not 200, a
// [*ContentTypeError] or [*ContentEncodingError] if the body is no event stream
// to read, or else says that no answer came; then it wraps what kept it away,
// and names method, scheme and host but not the rest of the URL. Nothing of a
// body is parsed before all that has been looked at (section 9.2.2).
//
// Request: a copy is sent, and req stays as it is, but for its Body, which is
// read and closed. Accept: text/event-stream and Cache-Control: no-cache are
// added where req has no such header, and o.LastEventID as Last-Event-ID. An ID
// that no header can hold, such as one with a control character or with more
// than [MaxLastEventID] octets, is not sent: the server begins where it does
// without.
//
// Redirects: they are followed as c does, within three bounds that its
// CheckRedirect can't widen: at most [MaxRedirects], from https to https only,
// and with no header of req to another origin.
//
// Client: c is not changed, and nil means one of this package's own, on
// http.DefaultTransport. As everywhere in net/http, the Timeout of a Client is
// for all of the exchange: it cuts off a stream that lasts longer. Bound the
// time to the answer with http.Transport.ResponseHeaderTimeout, and the stream
// with the request's context, which is in force until the loop over the events
// has ended. A RoundTripper that ignores the context can't be interrupted while
// it waits.
//
// The Response is to be looped over or closed.
func Do(c *http.Client, req *http.Request, o *ReadOptions) (*Response, error) {
	if o == nil {
		o = &ReadOptions{}
	}
	if err := checkRequest(req); err != nil {
		if req != nil && req.Body != nil {
			_ = req.Body.Close() // as net/http does on every error
		}
		return nil, err
	}
	// A context of its own gives up an answer that is not wanted any more.
	ctx, cancel := context.WithCancelCause(req.Context())
	sent := req.Clone(ctx)
	if sent.Header == nil {
		sent.Header = http.Header{}
	}
	setStreamHeaders(sent.Header)
	if o.LastEventID != "" {
		_ = setLastEventID(sent.Header, o.LastEventID) // without one, then
	}
	resp, err := safeClient(c).Do(sent) //nolint:gosec // where to is the caller's to say
	if err != nil {
		cancel(err)
		return nil, requestError(req, err)
	}
	if err := refusal(resp, o.MaxErrorBody, cancel); err != nil {
		cancel(err)
		return nil, err
	}
	r := &Response{HTTP: resp, ctx: req.Context(), cancel: cancel}
	r.in = newReader(endingReader{resp.Body, r.ended}, o.config())
	return r, nil
}
