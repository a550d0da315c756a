package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/ws"
)

const patience = time.Minute

// site is a chat on 127.0.0.1.
type site struct {
	*chat
	url string
}

func start(t *testing.T) *site {
	t.Helper()
	c := newChat()
	c.comet.Hold = patience
	s := httptest.NewServer(c.routes())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = c.comet.Shutdown(ctx)
		s.Close()
	})
	return &site{c, s.URL}
}

// do sends a request and gives the status and the body of its answer.
func (s *site) do(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	if strings.HasPrefix(path, "/history/") && resp.StatusCode == http.StatusOK {
		assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	}
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// event is what comes over a transport, or from the history.
type event struct{ ID, Type, Data string }

// token is the secret of a page.
func token() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// enter comes in, or goes into another room, and gives the status.
func (s *site) enter(t *testing.T, token, name, room string) int {
	t.Helper()
	body, err := json.Marshal(map[string]string{"kind": "enter", "name": name, "room": room})
	require.NoError(t, err)
	status, _ := s.do(t, http.MethodPost, "/comet/"+token+"/send", string(body))
	return status
}

// join gives the token of somebody who has come in.
func (s *site) join(t *testing.T, name, room string) string {
	t.Helper()
	token := token()
	require.Equal(t, http.StatusNoContent, s.enter(t, token, name, room))
	return token
}

// past is an answer about the history.
type past struct {
	Events []event
	More   bool
	Cursor string
	Rooms  map[string][]string
}

func (s *site) past(t *testing.T, token, before string) past {
	t.Helper()
	status, body := s.do(t, http.MethodGet, "/history/"+token+"?"+url.Values{"before": {before}}.Encode(), "")
	require.Equal(t, http.StatusOK, status, body)
	var p past
	require.NoError(t, json.Unmarshal([]byte(body), &p))
	return p
}

// tab is what a browser's page does, over one transport.
type tab struct {
	read func(t *testing.T) event
	send func(t *testing.T, data string)
}

// ways are the transports of the page: each begins after a cursor.
var ways = map[string]func(t *testing.T, s *site, token, cursor string) tab{
	"websocket": func(t *testing.T, s *site, token, cursor string) tab {
		c, _, err := ws.Dial(t.Context(), strings.Replace(s.url, "http", "ws", 1)+"/comet/"+token+"/ws?cursor="+cursor, nil)
		require.NoError(t, err)
		t.Cleanup(func() { c.CloseNow() })
		return tab{
			read: func(t *testing.T) event {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				for {
					_, b, err := c.Read(ctx)
					require.NoError(t, err)
					var e event
					require.NoError(t, json.Unmarshal(b, &e))
					if e.Type != "" {
						return e
					}
				}
			},
			send: func(t *testing.T, data string) { require.NoError(t, c.Write(t.Context(), ws.Text, []byte(data))) },
		}
	},
	"sse": func(t *testing.T, s *site, token, cursor string) tab {
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/comet/"+token+"/sse?cursor="+cursor, nil)
		require.NoError(t, err)
		resp, err := sse.Do(nil, req, nil)
		require.NoError(t, err)
		events := make(chan event)
		go func() {
			for e, err := range resp.Events() {
				if err != nil {
					return
				}
				select {
				case events <- event{ID: e.LastEventID, Type: e.Type, Data: e.Data}:
				case <-ctx.Done():
					return
				}
			}
		}()
		t.Cleanup(cancel)
		return tab{read: func(t *testing.T) event { return receive(t, events) }, send: s.post(token)}
	},
	"longpoll": func(_ *testing.T, s *site, token, cursor string) tab {
		var got []event
		return tab{
			read: func(t *testing.T) event {
				for len(got) == 0 {
					status, body := s.do(t, http.MethodGet, "/comet/"+token+"/longpoll?cursor="+cursor, "")
					require.Equal(t, http.StatusOK, status, body)
					var b struct {
						Cursor string
						Events []event
					}
					require.NoError(t, json.Unmarshal([]byte(body), &b))
					got, cursor = b.Events, b.Cursor
				}
				e := got[0]
				got = got[1:]
				return e
			},
			send: s.post(token),
		}
	},
}

func (s *site) post(token string) func(t *testing.T, data string) {
	return func(t *testing.T, data string) {
		t.Helper()
		status, body := s.do(t, http.MethodPost, "/comet/"+token+"/send", data)
		require.Less(t, status, 300, body)
	}
}

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		require.FailNow(t, "nothing has come")
		panic("not reached")
	}
}

// want reads until an event of a type comes.
func (p tab) want(t *testing.T, kind string) event {
	t.Helper()
	for {
		if e := p.read(t); e.Type == kind {
			return e
		}
	}
}

type said struct {
	At             int64
	From, To, Text string
}

func saidIn(t *testing.T, e event) said {
	t.Helper()
	var s said
	require.NoError(t, json.Unmarshal([]byte(e.Data), &s))
	return s
}

// Two people talk over each transport: both read both, in one order, and markup is
// text like all other.
func TestTalk(t *testing.T) {
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			ada, bob := s.join(t, "Ada", "lobby"), s.join(t, "Bob", "lobby")
			a, b := open(t, s, ada, s.past(t, ada, "").Cursor), open(t, s, bob, s.past(t, bob, "").Cursor)
			a.send(t, `{"kind":"typing"}`)
			assert.Equal(t, `"Ada"`, b.want(t, "typing").Data)
			a.send(t, `{"kind":"say","text":"  <b>hello</b> & co\n "}`)
			e := b.want(t, "text")
			assert.Equal(t, "<b>hello</b> & co", saidIn(t, e).Text)
			assert.Equal(t, "Ada", saidIn(t, e).From)
			assert.InDelta(t, time.Now().UnixMilli(), saidIn(t, e).At, float64(patience.Milliseconds()))
			b.send(t, `{"kind":"say","text":"hello back"}`)
			for _, p := range []tab{a, b} {
				for saidIn(t, p.want(t, "text")).Text != "hello back" {
				}
			}
		})
	}
}

// A connection that was lost goes on after its cursor, over another transport too:
// nothing is missing, and nothing comes twice.
func TestRecovery(t *testing.T) {
	s := start(t)
	ada, bob := s.join(t, "Ada", "lobby"), s.join(t, "Bob", "lobby")
	cursor, n := s.past(t, bob, "").Cursor, 0
	for _, way := range []string{"websocket", "sse", "longpoll", "websocket"} {
		for range 2 {
			s.post(ada)(t, fmt.Sprintf(`{"kind":"say","text":"%d"}`, n))
			n++
		}
		p := ways[way](t, s, bob, cursor)
		for i := n - 2; i < n; i++ {
			e := p.read(t)
			require.Equal(t, "text", e.Type, e.Data)
			require.Equal(t, fmt.Sprint(i), saidIn(t, e).Text, way)
			cursor = e.ID
		}
	}
}

// A cursor of a server that is gone gets a gap, over each transport: the page
// fetches the history then, which holds what is said.
func TestReloadAfterGap(t *testing.T) {
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			ada := s.join(t, "Ada", "lobby")
			s.post(ada)(t, `{"kind":"say","text":"here"}`)
			e := open(t, s, ada, "0123456789ab-7").read(t)
			assert.Equal(t, sse.GapType, e.Type)
			h := s.past(t, ada, "")
			require.Len(t, h.Events, 1)
			assert.Equal(t, h.Cursor, h.Events[0].ID)
		})
	}
}

// A private message is read by its two people: not by a third one in the room, live,
// later or in the history, nor by one who has the name after them.
func TestPrivate(t *testing.T) {
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			ada, bob, eve := s.join(t, "Ada", "lobby"), s.join(t, "Bob", "attic"), s.join(t, "Eve", "lobby")
			begin := s.past(t, eve, "").Cursor
			a, b, e := open(t, s, ada, begin), open(t, s, bob, begin), open(t, s, eve, begin)
			a.send(t, `{"kind":"say","text":"for you","to":"bob"}`)
			for _, p := range []tab{a, b} {
				assert.Equal(t, "Bob", saidIn(t, p.want(t, "private")).To)
			}
			a.send(t, `{"kind":"say","text":"for all"}`)
			assert.Equal(t, "text", e.read(t).Type, "what comes first is for all")
			assert.Equal(t, "text", open(t, s, eve, begin).read(t).Type, "and later, too")
			assert.Len(t, s.past(t, eve, "").Events, 1)
			assert.Len(t, s.past(t, ada, "").Events, 2)
			assert.Len(t, s.past(t, bob, "").Events, 1)

			s.post(bob)(t, `{"kind":"leave"}`)
			second := s.join(t, "Bob", "attic")
			assert.Empty(t, s.past(t, second, "").Events)
			assert.Equal(t, "rooms", open(t, s, second, begin).read(t).Type)
		})
	}
}

// One who writes to somebody is one reader and gets it once.
func TestPrivateToSelf(t *testing.T) {
	s := start(t)
	ada := s.join(t, "Ada", "lobby")
	s.post(ada)(t, `{"kind":"say","text":"note","to":"Ada"}`)
	assert.Len(t, s.past(t, ada, "").Events, 1)
}

func TestPresence(t *testing.T) {
	s := start(t)
	ada := s.join(t, "Ada", "lobby")
	p := ways["websocket"](t, s, ada, s.past(t, ada, "").Cursor)
	rooms := func() (r map[string][]string) {
		require.NoError(t, json.Unmarshal([]byte(p.want(t, "rooms").Data), &r))
		return r
	}
	bob := s.join(t, "Bob", "lobby")
	assert.ElementsMatch(t, []string{"Ada", "Bob"}, rooms()["lobby"])
	assert.ElementsMatch(t, []string{"Ada", "Bob"}, s.past(t, bob, "").Rooms["lobby"], "the cursor is after what tells of oneself")
	require.Equal(t, http.StatusNoContent, s.enter(t, bob, "Bob", "attic"))
	assert.Equal(t, map[string][]string{"lobby": {"Ada"}, "attic": {"Bob"}}, rooms())
	s.post(bob)(t, `{"kind":"leave"}`)
	assert.Equal(t, map[string][]string{"lobby": {"Ada"}}, rooms())

	// One whose page is gone without a word leaves when the time is over.
	s.join(t, "Eve", "lobby")
	assert.Len(t, rooms()["lobby"], 2)
	s.mu.Lock()
	s.find("Eve").seen = time.Now().Add(-absent - time.Second)
	s.mu.Unlock()
	s.past(t, ada, "") // any request
	assert.Equal(t, []string{"Ada"}, rooms()["lobby"])
}

// The rooms are apart: what is said in one is not read in another.
func TestRooms(t *testing.T) {
	s := start(t)
	ada, bob := s.join(t, "Ada", "lobby"), s.join(t, "Bob", "attic")
	s.post(ada)(t, `{"kind":"say","text":"in the lobby"}`)
	assert.Len(t, s.past(t, ada, "").Events, 1)
	assert.Empty(t, s.past(t, bob, "").Events)
}

// The history goes back by ids, in pages that meet, to the first message that the
// ring has. What is not said is not in it.
func TestHistory(t *testing.T) {
	const all = 3*pageSize + 20
	s := start(t)
	ada, bob := s.join(t, "Ada", "lobby"), s.join(t, "Bob", "lobby")
	s.mu.Lock()
	for i := range all {
		s.publish("room:lobby", "text", said{Text: fmt.Sprint(i)})
		s.publish("room:lobby", "typing", "Ada")
		s.publish("room:attic", "text", said{Text: "elsewhere"})
	}
	s.mu.Unlock()
	n, h := all, past{More: true}
	for before := ""; h.More; before = h.Events[0].ID {
		h = s.past(t, ada, before)
		require.Len(t, h.Events, min(n, pageSize))
		for i := range h.Events {
			require.Equal(t, fmt.Sprint(n-len(h.Events)+i), saidIn(t, h.Events[i]).Text)
		}
		n -= len(h.Events)
	}
	assert.Zero(t, n, "all that is kept was given")
	for _, before := range []string{"an id that is gone", "0123456789ab-7"} {
		assert.Empty(t, s.past(t, bob, before).Events)
	}
}

func TestEnterRefusals(t *testing.T) {
	s := start(t)
	s.join(t, "Ada", "lobby")
	for _, c := range []struct {
		name, room string
		want       int
	}{
		{"ADA", "lobby", http.StatusConflict},
		{" ", "lobby", http.StatusBadRequest},
		{"Bob", "", http.StatusBadRequest},
		{strings.Repeat("n", 25), "lobby", http.StatusBadRequest},
		{"a\u202eb", "lobby", http.StatusBadRequest},
		{"a\u0000b", "lobby", http.StatusBadRequest},
		{strings.Repeat("\u00e9", 24), "lobby", http.StatusNoContent},
	} {
		assert.Equal(t, c.want, s.enter(t, token(), c.name, c.room), "%q in %q", c.name, c.room)
	}
	assert.Equal(t, http.StatusBadRequest, s.enter(t, "short", "Bob", "lobby"), "a token that is no secret")
	for _, path := range []string{"/history/nobody", "/comet/nobody/poll", "/comet/nobody/ws", "/comet/nobody/sse", "/comet/poll"} {
		status, _ := s.do(t, http.MethodGet, path, "")
		assert.Equal(t, http.StatusUnauthorized, status, path)
	}
	status, _ := s.do(t, http.MethodPost, "/comet/nobody/send", `{"kind":"typing"}`)
	assert.Equal(t, http.StatusUnauthorized, status)
}

// A page keeps its token, so it is the same person again when it was forgotten, and
// reads what was said to it alone.
func TestForgotten(t *testing.T) {
	s := start(t)
	ada, bob := s.join(t, "Ada", "lobby"), s.join(t, "Bob", "lobby")
	s.post(ada)(t, `{"kind":"say","text":"for you","to":"Bob"}`)
	s.mu.Lock()
	s.people[bob].seen = time.Now().Add(-absent - time.Second)
	s.mu.Unlock()
	status, _ := s.do(t, http.MethodGet, "/history/"+bob, "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, http.StatusNoContent, s.enter(t, bob, "Bob", "lobby"))
	assert.Len(t, s.past(t, bob, "").Events, 1)
}

// A message that is said again because its page could not know that it had come
// through is there once.
func TestSaidAgain(t *testing.T) {
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			ada := s.join(t, "Ada", "lobby")
			p := open(t, s, ada, s.past(t, ada, "").Cursor)
			for _, key := range []string{"k1", "k1", "k2", "k2", "k2"} {
				p.send(t, fmt.Sprintf(`{"kind":"say","text":"x","key":%q}`, key))
			}
			p.send(t, `{"kind":"say","text":"last"}`)
			for saidIn(t, p.want(t, "text")).Text != "last" {
			}
			assert.Len(t, s.past(t, ada, "").Events, 3)
		})
	}
}

func TestBounds(t *testing.T) {
	s := start(t)
	for i := range maxPeople {
		s.join(t, fmt.Sprint(i), fmt.Sprint(i))
	}
	assert.Equal(t, http.StatusServiceUnavailable, s.enter(t, token(), "late", "0"))
}

// What is wrong with a message is told by a notice to the one who has sent it.
func TestNotices(t *testing.T) {
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			ada := s.join(t, "Ada", "lobby")
			p := open(t, s, ada, s.past(t, ada, "").Cursor)
			for body, want := range map[string]string{
				`{"kind":"say","text":" "}`:                                      "1 to 1,000 characters",
				`{"kind":"say","text":"` + strings.Repeat("é", maxText+1) + `"}`: "1 to 1,000 characters",
				`{"kind":"say","text":"x","to":"nobody"}`:                        "They have left",
			} {
				p.send(t, body)
				assert.Contains(t, p.read(t).Data, want)
			}
			assert.Empty(t, s.past(t, ada, "").Events)
		})
	}
}

func TestSendRefusals(t *testing.T) {
	s := start(t)
	ada := s.join(t, "Ada", "lobby")
	for body, want := range map[string]int{
		`{`:                          http.StatusBadRequest,
		strings.Repeat(" ", 8<<10+1): http.StatusRequestEntityTooLarge,
	} {
		status, _ := s.do(t, http.MethodPost, "/comet/"+ada+"/send", body)
		assert.Equal(t, want, status, "%.20q", body)
	}
}

// Whoever says too much waits for the next ten seconds; others need not.
func TestTooFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		send := func(token, data string) error {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
			r.SetPathValue("token", token)
			_, err := c.receive(r, []byte(data))
			return err
		}
		ada, bob := token(), token()
		require.NoError(t, send(ada, `{"kind":"enter","name":"Ada","room":"lobby"}`))
		require.NoError(t, send(bob, `{"kind":"enter","name":"Bob","room":"lobby"}`))
		for range 2 {
			for range maxSaid {
				require.NoError(t, send(ada, `{"kind":"say","text":"x"}`))
			}
			require.Equal(t, http.StatusTooManyRequests, sse.StatusOf(send(ada, `{"kind":"typing"}`), 0))
			require.NoError(t, send(bob, `{"kind":"say","text":"x"}`))
			<-time.After(10 * time.Second) // of the bubble's clock
		}
	})
}

// The page is served with a policy that lets no text become markup, and all that it
// loads is there.
func TestPage(t *testing.T) {
	s := start(t)
	for path, status := range map[string]int{"/": http.StatusOK, "/page/index.html": http.StatusNotFound, "/page/": http.StatusNotFound} {
		resp, err := http.Get(s.url + path)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, status, resp.StatusCode, path)
		if status == http.StatusOK {
			assert.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
			assert.Contains(t, resp.Header.Get("Content-Security-Policy"), "require-trusted-types-for 'script'")
		}
	}
	for _, path := range []string{"/page/chat.js", "/page/link.js", "/page/outbox.js", "/page/view.js", "/page/style.css", "/comet/client.js", "/comet/transports.js"} {
		status, body := s.do(t, http.MethodGet, path, "")
		assert.Equal(t, http.StatusOK, status, path)
		assert.False(t, bytes.Contains([]byte(body), []byte("innerHTML")), path)
	}
}

// A page of another site can't come in with the browser of somebody here.
func TestOtherSite(t *testing.T) {
	s := start(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/comet/"+token()+"/send", strings.NewReader(`{"kind":"enter","name":"x","room":"y"}`))
	require.NoError(t, err)
	req.Header.Set("Origin", "https://other.example")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)
}
