package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

const patience = time.Minute

// site is a wall on 127.0.0.1.
type site struct {
	*wall
	url string
}

func start(t *testing.T) *site {
	t.Helper()
	w := newWall()
	s := httptest.NewServer(w.routes())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = w.comet.Shutdown(ctx)
		s.Close()
	})
	return &site{w, s.URL}
}

// send sends a comment as a user and gives the status.
func (s *site) send(t *testing.T, user, body string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/comet/send", strings.NewReader(body))
	require.NoError(t, err)
	if user != "" {
		req.AddCookie(&http.Cookie{Name: cookie, Value: user})
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	return resp.StatusCode
}

func plain(n int) string { return fmt.Sprintf(`{"text":"%d","mode":"fly","colour":"white"}`, n) }

// view gives an event stream after a cursor, once it is open.
func (s *site) view(t *testing.T, cursor string) *sse.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/comet/sse?cursor="+cursor, nil)
	require.NoError(t, err)
	resp, err := sse.Do(nil, req, nil)
	require.NoError(t, err)
	return resp
}

// A thousand viewers get 500 comments a second, for two seconds: as many as the
// budget of all takes. Each comment is encoded once, and every viewer has the same
// memory for it: there are as many encodings as comments, and not a million.
func TestEncodedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const viewers, comments = 1_000, 2 * allRate
		w := newWall()
		seen := make([]map[*byte]bool, viewers)
		var all sync.WaitGroup
		for i := range viewers {
			v, err := w.hub.Subscribe(sse.SubscribeOptions{Topics: []string{topic}})
			require.NoError(t, err)
			defer v.Close()
			seen[i] = make(map[*byte]bool, comments)
			all.Go(func() {
				for range int(comments) {
					p, err := v.Next(t.Context())
					if !assert.NoError(t, err) || !assert.Zero(t, p.Missed) {
						return
					}
					seen[i][&p.Frame[0]] = true
				}
			})
		}
		begun := time.Now()
		for n := range int(comments) {
			r := httptest.NewRequest(http.MethodPost, "/comet/send", strings.NewReader(plain(n)))
			r.AddCookie(&http.Cookie{Name: cookie, Value: fmt.Sprint("user ", n)})
			answer := httptest.NewRecorder()
			w.comet.ServeHTTP(answer, r)
			require.Equal(t, http.StatusOK, answer.Code, answer.Body)
			<-time.After(time.Second / allRate) // of the bubble's clock
		}
		all.Wait()
		assert.Equal(t, 2*time.Second, time.Since(begun))
		encodings := map[*byte]bool{}
		for _, mine := range seen {
			require.Len(t, mine, comments)
			maps.Copy(encodings, mine)
		}
		assert.Len(t, encodings, comments, "%d viewers, %v comments", viewers, comments)
	})
}

// Many screens over real connections get the same octets in the same order.
func TestScreens(t *testing.T) {
	const screens, comments = 50, 40
	s := start(t)
	begin := mustLast(t, s)
	got := make([][]string, screens)
	var all sync.WaitGroup
	for i := range screens {
		v := s.view(t, begin)
		all.Go(func() {
			for e, err := range v.Events() {
				if !assert.NoError(t, err) {
					return
				}
				if got[i] = append(got[i], e.Data); len(got[i]) == comments {
					return
				}
			}
		})
	}
	for n := range comments {
		require.Equal(t, http.StatusOK, s.send(t, fmt.Sprint(n), plain(n)))
	}
	all.Wait()
	for i := range got {
		require.Len(t, got[i], comments)
		for n := range comments {
			require.JSONEq(t, plain(n), got[i][n])
		}
	}
}

func mustLast(t *testing.T, s *site) string {
	t.Helper()
	id, err := s.ring.Last(t.Context())
	require.NoError(t, err)
	return id
}

// A viewer who takes nothing keeps the newest and stalls nobody.
func TestSlowViewer(t *testing.T) {
	const comments = 500
	w := newWall()
	slow, err := w.hub.Subscribe(sse.SubscribeOptions{Topics: []string{topic}})
	require.NoError(t, err)
	defer slow.Close()
	for n := range comments {
		_, err := w.hub.Publish(t.Context(), topic, sse.Message{Data: fmt.Sprint(n)})
		require.NoError(t, err)
	}
	missed := 0
	for n := comments - waiting; n < comments; n++ {
		p, err := slow.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(n), p.Message.Data)
		missed += p.Missed
	}
	assert.Equal(t, comments-waiting, missed)
}

// Who comes late gets the last ones, and goes on after them.
func TestLate(t *testing.T) {
	s := start(t)
	for n := range late + 30 {
		require.Equal(t, http.StatusOK, s.send(t, fmt.Sprint(n), plain(n)))
	}
	resp, err := http.Get(s.url + "/comet/poll")
	require.NoError(t, err)
	defer resp.Body.Close()
	var kept struct {
		Cursor string
		Events []struct{ Data string }
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&kept))
	require.Len(t, kept.Events, late)
	for i, e := range kept.Events {
		require.JSONEq(t, plain(30+i), e.Data)
	}
	v := s.view(t, kept.Cursor)
	require.Equal(t, http.StatusOK, s.send(t, "next", plain(7)))
	for e, err := range v.Events() {
		require.NoError(t, err)
		require.JSONEq(t, plain(7), e.Data)
		break
	}
}

func TestComments(t *testing.T) {
	s := start(t)
	i := 0
	for body, want := range map[string]int{
		`{"text":"<i>x</i>","mode":"top","colour":"red"}`:                                  http.StatusOK,
		`{"text":"x","mode":"sideways","colour":"red"}`:                                    http.StatusBadRequest,
		`{"text":"x","mode":"fly","colour":"url(x)"}`:                                      http.StatusBadRequest,
		`{"text":" \u0000\n ","mode":"fly","colour":"red"}`:                                http.StatusBadRequest,
		`{"text":"` + strings.Repeat("x", maxText+1) + `","mode":"fly","colour":"red"}`:    http.StatusBadRequest,
		`{"text":"` + strings.Repeat("\u5f39", maxText) + `","mode":"fly","colour":"red"}`: http.StatusOK,
		`{"text":"` + strings.Repeat("x", 1<<10) + `","mode":"fly","colour":"red"}`:        http.StatusRequestEntityTooLarge,
		`[]`: http.StatusBadRequest,
	} {
		i++
		assert.Equal(t, want, s.send(t, fmt.Sprint("user ", i), body), body)
	}
	c, err := parseComment([]byte(`{"text":"a\u202eb \n c","mode":"fly","colour":"red"}`))
	require.NoError(t, err)
	assert.Equal(t, "a b c", c.Text, "one line, and nothing that turns it around")
}

// Each user has a budget, and all of them together one.
func TestRates(t *testing.T) {
	s := start(t)
	assert.Equal(t, http.StatusUnauthorized, s.send(t, "", plain(0)))
	w, now := newWall(), time.Now()
	count := func(user string, n int) (sent int) {
		for range n {
			if w.may(user, now) {
				sent++
			}
		}
		return sent
	}
	assert.Equal(t, 5, count("Ada", 20))
	assert.Equal(t, 5, count("Bob", 20), "another user")
	now = now.Add(2 * time.Second)
	assert.Equal(t, 2, count("Ada", 20), "one a second")
	sent := 0
	for n := range 1_000 {
		sent += count(fmt.Sprint("user ", n), 1)
	}
	assert.Equal(t, int(allBurst)-2, sent, "of all")
	assert.Zero(t, count("Cleo", 20))
	now = now.Add(time.Second)
	assert.Equal(t, 5, count("Cleo", 20), "what all others have spent was not taken from her")
}

// A user that is too fast is told so, over HTTP.
func TestTooFast(t *testing.T) {
	s := start(t)
	s.mu.Lock()
	s.users["Ada"] = &budget{spent: userBurst, at: time.Now().Add(time.Hour)}
	s.mu.Unlock()
	assert.Equal(t, http.StatusTooManyRequests, s.send(t, "Ada", plain(0)))
	assert.Equal(t, http.StatusOK, s.send(t, "Bob", plain(0)))
}

// What is remembered of users is bounded; those with a whole budget are forgotten.
func TestForget(t *testing.T) {
	w, now := newWall(), time.Now()
	for n := range maxUsers {
		w.users[fmt.Sprint(n)] = &budget{spent: 3, at: now}
	}
	assert.False(t, w.may("Ada", now))
	assert.True(t, w.may("Ada", now.Add(3*time.Second)))
	assert.Len(t, w.users, 1)
}

func TestPages(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/", "/send"} {
		resp, err := http.Get(s.url + path)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
		assert.Contains(t, resp.Header.Get("Content-Security-Policy"), "require-trusted-types-for 'script'")
		require.Len(t, resp.Cookies(), 1)
		assert.True(t, resp.Cookies()[0].HttpOnly)
		assert.Equal(t, http.StatusOK, s.send(t, resp.Cookies()[0].Value, plain(0)))
	}
	for _, path := range []string{"/page/screen.html", "/page/"} { // no page is there without the policy, and no list
		resp, err := http.Get(s.url + path)
		require.NoError(t, err)
		resp.Body.Close()
		assert.True(t, resp.StatusCode == http.StatusNotFound || strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'"), path)
	}
	for _, path := range []string{"/page/screen.js", "/page/scene.js", "/page/lanes.mjs", "/page/send.js", "/comet/client.js", "/comet/transports.js"} {
		resp, err := http.Get(s.url + path)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, http.StatusOK, resp.StatusCode, path)
		assert.Contains(t, resp.Header.Get("Content-Type"), "javascript", "a browser runs no module of another type")
	}
}

// The lanes are JavaScript, and so is their test.
func TestLanes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("LONGWIRE_CI") == "1" {
			require.FailNow(t, "missing tool: node")
		}
		t.Skip("missing tool: node")
	}
	out, err := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=tap", "testdata/lanes_test.mjs").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "# pass 5\n")
}
