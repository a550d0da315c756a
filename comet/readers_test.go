package comet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/ws"
)

// source is a transport as a client reads it: next gives what comes next, be it an
// event, a cursor or nothing (the zero item); io.EOF says that the server has ended
// it in good order.
type source struct {
	next  func() (item, error)
	close func()
}

// transportsThatPush are opened by name.
var transportsThatPush = map[string]func(s *site, cursor string) source{
	"stream": openStream, "multipart": openMultipart, "iframe": openIframe, "sse": openSSE, "ws": openWebSocket,
	"longpoll": openLongPoll, "poll": openPoll, "jsonp": openJSONP,
}

// withCursor is a query.
func withCursor(path, cursor string) string {
	if cursor == "" {
		return path
	}
	return path + "?cursor=" + url.QueryEscape(cursor)
}

func parse(s *site, text string) (e item) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(text), &e), "%q", text)
	return e
}

// openStream reads line by line.
func openStream(s *site, cursor string) source {
	resp, r := s.open(withCursor("stream", cursor))
	assert.Equal(s.t, "application/x-ndjson", resp.Header.Get("Content-Type"))
	return source{close: func() { resp.Body.Close() }, next: func() (item, error) {
		line, err := r.ReadString('\n')
		if err != nil {
			assert.Empty(s.t, line)
			return item{}, err
		}
		return parse(s, line), nil
	}}
}

// openMultipart reads with mime/multipart, which gives a part when it is complete.
func openMultipart(s *site, cursor string) source {
	resp, r := s.open(withCursor("multipart", cursor))
	kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	require.NoError(s.t, err)
	assert.Equal(s.t, "multipart/x-mixed-replace", kind)
	var raw bytes.Buffer
	parts := multipart.NewReader(io.TeeReader(r, &raw), params["boundary"])
	return source{close: func() { resp.Body.Close() }, next: func() (item, error) {
		part, err := parts.NextRawPart()
		if err != nil {
			if errors.Is(err, io.EOF) { // the reader says nothing of a closing delimiter that is missing
				assert.Regexp(s.t, "\r\n--"+params["boundary"]+"--\r\n$", raw.String())
			}
			return item{}, err
		}
		assert.Equal(s.t, "application/json", part.Header.Get("Content-Type"))
		body, err := io.ReadAll(part)
		if err != nil {
			return item{}, err
		}
		return parse(s, string(body)), nil
	}}
}

var iframeScript = regexp.MustCompile(`^<script nonce="([A-Z2-7]+)">(.*)</script>\n$`)

// openIframe reads script by script: each stands in a line of its own.
func openIframe(s *site, cursor string) source {
	origin := strings.TrimSuffix(s.url, "/comet/")
	target := "iframe?origin=" + url.QueryEscape(origin)
	if cursor != "" {
		target += "&cursor=" + url.QueryEscape(cursor)
	}
	resp, r := s.open(target)
	assert.Equal(s.t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	return source{close: func() { resp.Body.Close() }, next: func() (item, error) {
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return item{}, err
			}
			m := iframeScript.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			assert.Contains(s.t, resp.Header.Get("Content-Security-Policy"), "script-src 'nonce-"+m[1]+"';")
			if call, ok := strings.CutPrefix(m[2], "e("); ok {
				if call == "null)" {
					return item{}, io.EOF
				}
				return parse(s, strings.TrimSuffix(call, ")")), nil
			}
			assert.Contains(s.t, m[2], `parent.postMessage({comet:v},"`+origin+`")`)
		}
	}}
}

// openSSE reads with this module's own reader of event streams.
func openSSE(s *site, cursor string) source {
	ctx, cancel := context.WithCancel(s.t.Context())
	resp, err := sse.Do(s.client, s.request(http.MethodGet, withCursor("sse", cursor), nil).WithContext(ctx), nil)
	require.NoError(s.t, err)
	next, stop := iter.Pull2(resp.Events())
	s.t.Cleanup(stop)
	return source{close: func() { cancel(); stop() }, next: func() (item, error) {
		e, err, ok := next()
		if !ok {
			err = io.EOF
		}
		return item{e.LastEventID, e.Type, e.Data}, err
	}}
}

// openWebSocket reads text messages.
func openWebSocket(s *site, cursor string) source {
	o := &ws.DialOptions{}
	if s.l != nil {
		o.NetDial = s.l.Dial
	}
	c, _, err := ws.Dial(s.t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+withCursor("ws", cursor), o)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.CloseNow() })
	return source{close: func() { c.Close(ws.StatusNormalClosure, "") }, next: func() (item, error) {
		kind, text, err := c.Read(s.t.Context())
		if e, ok := errors.AsType[*ws.CloseError](err); ok && e.Code == ws.StatusGoingAway {
			return item{}, io.EOF
		}
		if err != nil {
			return item{}, err
		}
		assert.Equal(s.t, ws.Text, kind)
		return parse(s, string(text)), nil
	}}
}

// batches makes a source of answers of polling.
func batches(cursor string, ask func(cursor string) list) source {
	var waiting []item
	return source{close: func() {}, next: func() (item, error) {
		if len(waiting) == 0 {
			b := ask(cursor)
			cursor = b.Cursor
			waiting = append(b.Events, item{ID: cursor})
		}
		e := waiting[0]
		waiting = waiting[1:]
		return e, nil
	}}
}

func openPoll(s *site, cursor string) source {
	return batches(cursor, func(cursor string) list {
		b := s.poll("poll", cursor)
		if len(b.Events) == 0 {
			<-time.After(time.Millisecond) // it asks now and then; in a bubble, when all others wait
		}
		return b
	})
}

func openLongPoll(s *site, cursor string) source {
	return batches(cursor, func(cursor string) list { return s.poll("longpoll", cursor) })
}

var script = regexp.MustCompile(`^/\*\*/app\.on_1\((.*)\);\n$`)

// openJSONP takes the call out of the script.
func openJSONP(s *site, cursor string) source {
	return batches(cursor, func(cursor string) (b list) {
		a := s.do(http.MethodGet, "longpoll?callback=app.on_1&cursor="+url.QueryEscape(cursor), "")
		require.Equal(s.t, http.StatusOK, a.StatusCode, a.text)
		assert.Equal(s.t, "text/javascript; charset=utf-8", a.Header.Get("Content-Type"))
		assert.Equal(s.t, "nosniff", a.Header.Get("X-Content-Type-Options"))
		m := script.FindStringSubmatch(a.text)
		require.NotNil(s.t, m, "%q", a.text)
		require.NoError(s.t, json.Unmarshal([]byte(m[1]), &b))
		return b
	})
}

// take reads n events and gives them with the ID of the last.
func (src source) take(s *site, n int) (events []item, last string) {
	s.t.Helper()
	for len(events) < n {
		e, err := src.next()
		require.NoError(s.t, err)
		if e.Type != "" {
			events = append(events, e)
			last = e.ID
		}
	}
	return events, last
}
