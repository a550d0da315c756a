package ws

import (
	"errors"
	"fmt"
	"net/http"

	"longwire.example/ws/handshake"
)

// redirects tells whether an answer with this status leads elsewhere.
func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// follows tells whether redirects are followed at all.
func (d *dialer) follows() bool { return d.o.MaxRedirects >= 0 }

// redirect says where to go on after an attempt failed with err, if the answer
// was a redirect and may be followed. A redirect is the word of a server about
// which nothing is proven but, perhaps, its name, so it does not lead out of
// TLS, and what was meant for one origin is not shown to another (W11).
func (d *dialer) redirect(u *handshake.URI, resp *http.Response, count int, err error) (next handshake.URI, again bool, _ error) {
	if resp == nil || !redirects(resp.StatusCode) || !d.follows() {
		return next, false, err
	}
	if e, ok := errors.AsType[*DialError](err); ok {
		err = e.Err
	}
	limit := d.o.MaxRedirects
	if limit == 0 {
		limit = DefaultMaxRedirects
	}
	if count >= limit {
		return next, false, &DialError{Step: StepRedirect, Err: fmt.Errorf("more than %d redirects: %w", limit, err)}
	}
	next, problem := target(u, resp.Header.Values("Location"))
	if problem != nil {
		return next, false, &DialError{Step: StepRedirect, Err: fmt.Errorf("%w: %w", problem, err)}
	}
	if next.Secure != u.Secure || next.Host != u.Host || next.Port != u.Port {
		d.away = true
		next.Userinfo = ""
	}
	return next, true, nil
}

// target reads a Location. Its scheme may be that of HTTP, and it may be
// relative. Userinfo in it would have the server choose whose credentials are
// sent, so it is left out, and a fragment means nothing here.
func target(u *handshake.URI, locations []string) (handshake.URI, error) {
	if len(locations) != 1 {
		return handshake.URI{}, errors.New("the redirect has not exactly one Location")
	}
	v, err := wsURL(u).Parse(locations[0])
	if err != nil {
		return handshake.URI{}, errors.New("the redirect's Location is no URL")
	}
	switch v.Scheme {
	case "http":
		v.Scheme = "ws"
	case "https":
		v.Scheme = "wss"
	}
	v.User, v.Fragment, v.RawFragment = nil, "", ""
	next, err := handshake.ParseURI(v.String())
	if err != nil {
		return handshake.URI{}, fmt.Errorf("the redirect's Location: %w", err)
	}
	if u.Secure && !next.Secure {
		return handshake.URI{}, errors.New("the redirect leads from wss to ws")
	}
	next.Userinfo = u.Userinfo
	return next, nil
}
