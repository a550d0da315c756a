package ws

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"longwire.example/ws/handshake"
)

// Dial opens a WebSocket connection to a ws or wss URL. Userinfo in the URL
// becomes Basic authentication; it is not sent otherwise.
//
// All of it takes no longer than ctx and Options.HandshakeTimeout. ctx does
// not bound the connection; its values are those of Conn.Context.
//
// The response is that of the server, also when it refused: then at most 4 KiB
// of its body are in Body. It is nil when none could be read. Body need not be
// closed. Errors are *DialError; errors.As finds the *handshake.Error in one
// when the answer was at fault.
func Dial(ctx context.Context, rawURL string, o *DialOptions) (*Conn, *http.Response, error) {
	var options *Options
	if o == nil {
		o = &DialOptions{}
	} else {
		options = &o.Options
	}
	s, err := newSettings(options)
	if err != nil {
		return nil, nil, &DialError{Step: StepOptions, Err: err}
	}
	u, err := handshake.ParseURI(rawURL)
	if err != nil {
		return nil, nil, &DialError{Step: StepURL, Err: err}
	}
	d := dialer{o: o, set: s, base: ctx}
	if d.host, err = hostOf(o.Host); err != nil {
		return nil, nil, &DialError{Step: StepOptions, Err: err}
	}
	if s.HandshakeTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.HandshakeTimeout)
		defer cancel()
	}
	return d.dial(ctx, u)
}

// dialer is one call of Dial.
type dialer struct {
	o    *DialOptions
	set  *settings
	base context.Context
	host *handshake.URI // what DialOptions.Host names
	away bool           // a redirect led to another origin
}

// hostOf reads DialOptions.Host.
func hostOf(host string) (*handshake.URI, error) {
	if host == "" {
		return nil, nil
	}
	u, err := handshake.ParseURI("ws://" + host + "/")
	if err != nil || u.Resource != "/" || u.Userinfo != "" {
		return nil, errors.New("DialOptions.Host is not a host with an optional port")
	}
	// Whether the port is written out depends on whether it is the default
	// one; keep what was given.
	if !strings.HasSuffix(host, ":80") && u.Port == 80 {
		u.Port = 0
	}
	return &u, nil
}

// dial tries u and follows redirects.
func (d *dialer) dial(ctx context.Context, u handshake.URI) (*Conn, *http.Response, error) {
	for redirects := 0; ; redirects++ {
		c, resp, err := d.attempt(ctx, &u)
		if err == nil {
			return c, resp, nil
		}
		var next handshake.URI
		var again bool
		if next, again, err = d.redirect(&u, resp, redirects, err); !again {
			e, ok := errors.AsType[*DialError](err)
			if !ok {
				e = &DialError{Step: StepHandshake, Err: err}
			}
			e.Address = u.Address()
			return nil, resp, e
		}
		u = next
	}
}

// attempt is section 4.1 for one URL. Its errors are *DialError.
//
//req:impl RFC6455-4.1-02
//req:impl RFC6455-4.1-13
func (d *dialer) attempt(ctx context.Context, u *handshake.URI) (*Conn, *http.Response, error) {
	nc, release, err := d.connect(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	if u.Secure {
		if nc, err = d.secure(ctx, nc, u.Host); err != nil {
			return nil, nil, &DialError{Step: StepTLS, Err: err}
		}
	}
	// Once there is a connection, with TLS if the URL says so, the client
	// sends its handshake on it (section 4.1).
	//req:impl RFC6455-4.1-18
	c, resp, err := d.shakeHands(ctx, nc, u)
	if err != nil {
		_ = nc.Close()
		return nil, resp, err
	}
	return c, resp, nil
}

// request makes the request for u.
func (d *dialer) request(u *handshake.URI) handshake.Request {
	r := handshake.Request{
		URI: *u, Key: handshake.NewKey(), Origin: d.o.Origin,
		Protocols: d.set.Subprotocols, Extra: d.fields(u),
	}
	if p := d.set.policy.Deflate; p != nil {
		r.Extensions = []handshake.Extension{p.Offer()}
	}
	if d.host != nil && !d.away {
		r.URI.Host, r.URI.Port = d.host.Host, d.host.Port
		if r.URI.Port == 0 {
			r.URI.Port = defaultPort(u.Secure)
		}
	}
	return r
}

func defaultPort(secure bool) uint16 {
	if secure {
		return 443
	}
	return 80
}

// fields are the application's fields for u, with cookies and credentials.
func (d *dialer) fields(u *handshake.URI) []handshake.Field {
	h := d.header()
	if user, password, ok := u.Credentials(); ok && h.Get("Authorization") == "" {
		h.Set("Authorization", basic(user, password))
	}
	if d.o.Jar != nil {
		var list []string
		if own := h.Values("Cookie"); len(own) > 0 {
			list = append(list, strings.Join(own, "; "))
		}
		for _, c := range d.o.Jar.Cookies(httpURL(u)) {
			list = append(list, (&http.Cookie{Name: c.Name, Value: c.Value, Quoted: c.Quoted}).String())
		}
		if len(list) > 0 {
			h.Set("Cookie", strings.Join(list, "; "))
		}
	}
	return handshake.FieldsOf(h)
}

// header gives a copy of what of DialOptions.Header goes to the server. An
// application's field may be a secret, so in another origin only the one that
// never is goes along (W11).
func (d *dialer) header() http.Header {
	h := make(http.Header, len(d.o.Header)+2)
	for name, values := range d.o.Header {
		name = http.CanonicalHeaderKey(name)
		if name == "Proxy-Authorization" || d.away && name != "User-Agent" {
			continue
		}
		h[name] = append(slices.Clip(h[name]), values...)
	}
	return h
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// wsURL and httpURL give u as package net/url has it, without userinfo: as it
// is, and with the scheme that cookies and environments know.
func wsURL(u *handshake.URI) *url.URL {
	v, err := url.Parse(u.String())
	if err != nil { // ParseURI takes less than url.Parse
		v = &url.URL{Scheme: "ws", Host: u.Authority()}
	}
	return v
}

func httpURL(u *handshake.URI) *url.URL {
	v := wsURL(u)
	v.Scheme = "http"
	if u.Secure {
		v.Scheme = "https"
	}
	return v
}
