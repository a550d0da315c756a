package ws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	"longwire.example/ws/handshake"
)

// What of a refusal is read, so that the application sees why: this many
// octets, and not longer than this after its head.
const (
	refusalOctets = 4 << 10
	refusalTime   = time.Second
)

var errInterim = &handshake.Error{
	Token: handshake.ErrHeadTooBig.Token, Text: "too much before the answer that counts",
}

// shakeHands sends the request and judges the answer. The caller closes nc on
// an error. Nothing is sent behind the request until the answer is there and
// right, since only then is there a Conn (W9).
//
//req:impl RFC6455-4.1-38
func (d *dialer) shakeHands(ctx context.Context, nc net.Conn, u *handshake.URI) (*Conn, *http.Response, error) {
	buf := getBuffer()
	defer putBuffer(buf)
	r := d.request(u)
	b, err := handshake.AppendRequest(buf[:0], &r)
	if err != nil {
		return nil, nil, &DialError{Step: StepOptions, Err: err}
	}
	g := newGuard(ctx, nc, 0)
	defer g.release() //nolint:errcheck // looked at below
	if _, err = nc.Write(b); err != nil {
		return nil, nil, &DialError{Step: StepHandshake, Err: g.cause(err)}
	}
	var h handshake.Head
	end, filled, err := readAnswer(nc, buf, &h)
	if err != nil {
		return nil, nil, &DialError{Step: StepHandshake, Err: g.cause(err)}
	}
	resp := d.response(u, &r, &h)
	if d.o.Jar != nil {
		if cookies := resp.Cookies(); len(cookies) > 0 {
			d.o.Jar.SetCookies(httpURL(u), cookies)
		}
	}
	a, err := handshake.Verify(&r, h.Status, &h)
	if err != nil {
		if h.Status != http.StatusSwitchingProtocols && !(redirects(h.Status) && d.follows()) {
			readRefusal(ctx, nc, buf[end:filled], resp)
		}
		return nil, resp, &DialError{Step: StepVerify, Err: err}
	}
	if err = g.release(); err != nil {
		return nil, resp, &DialError{Step: StepHandshake, Err: err}
	}
	g.lift()
	return newConn(nc, RoleClient, d.set, origin{
		info: &Info{
			HTTPVersion: "HTTP/1.1", Target: u.Resource, Host: r.URI.Authority(), Header: resp.Header,
			Extensions: extensionNames(a.Extensions),
		},
		subprotocol: a.Subprotocol,
		base:        d.base,
		deflate:     a.Deflate,
	}, buf[end:filled]), resp, nil
}

// readAnswer reads the response, past those that announce another one.
func readAnswer(nc net.Conn, buf *buffer, h *handshake.Head) (end, filled int, err error) {
	past := 0 // the answers before the one that counts
	end, filled, err = readHead(nc, buf[:], 0, func(b []byte) (int, error) {
		for {
			n, err := handshake.ParseResponse(b[past:], h)
			if n == 0 || err != nil {
				return 0, err
			}
			if past += n; !h.Interim() {
				return past, nil
			}
		}
	})
	if errors.Is(err, errHeadBuffer) {
		err = errInterim // one answer alone fits
	}
	return end, filled, err
}

// response gives the answer as package net/http has it.
func (d *dialer) response(u *handshake.URI, r *handshake.Request, h *handshake.Head) *http.Response {
	sent := make(http.Header, len(r.Extra))
	for _, f := range r.Extra {
		sent.Add(f.Name, f.Value)
	}
	return &http.Response{
		Status:     strings.TrimSpace(strconv.Itoa(h.Status) + " " + h.Reason),
		StatusCode: h.Status,
		Proto:      "HTTP/1." + strconv.Itoa(h.Minor),
		ProtoMajor: h.Major,
		ProtoMinor: h.Minor,
		Header:     headerOf(h),
		Body:       http.NoBody,
		Request: &http.Request{
			Method: http.MethodGet, URL: wsURL(u), Host: r.URI.Authority(), Header: sent,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		},
	}
}

// readRefusal reads the beginning of a refusal's body. early is what has come
// of it already.
func readRefusal(ctx context.Context, nc net.Conn, early []byte, resp *http.Response) {
	t := time.Now().Add(refusalTime)
	if d, ok := ctx.Deadline(); ok && d.Before(t) {
		t = d
	}
	_ = nc.SetReadDeadline(t)
	if ctx.Err() != nil {
		return
	}
	body := io.MultiReader(bytes.NewReader(early), nc)
	limit := int64(refusalOctets)
	switch encoding := resp.Header.Values("Transfer-Encoding"); {
	case resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified:
		limit = 0
	case len(encoding) > 0:
		if len(encoding) > 1 || !strings.EqualFold(encoding[0], "chunked") {
			return
		}
		body = httputil.NewChunkedReader(body)
	default:
		if n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err == nil {
			limit = min(limit, max(n, 0))
		}
	}
	b, _ := io.ReadAll(io.LimitReader(body, limit))
	resp.ContentLength = int64(len(b))
	resp.Body = io.NopCloser(bytes.NewReader(b))
}

// extensionNames writes each extension as the answer has it.
func extensionNames(list []handshake.Extension) []string {
	var names []string
	for _, e := range list {
		names = append(names, e.String())
	}
	return names
}
