package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// fuzzer answers as the suite's fuzzing server does, with cases of its own.
type fuzzer struct {
	cases       []func(ctx context.Context, c *ws.Conn) error
	ids         []string // for those who ask
	compression *ws.Compression

	mu   sync.Mutex
	seen []string
}

func (f *fuzzer) start(t *testing.T) string {
	t.Helper()
	talk := func(answer func(ctx context.Context, c *ws.Conn, r *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			c, err := ws.Accept(w, r, &ws.Options{Compression: f.compression})
			if err != nil {
				return
			}
			defer c.CloseNow()
			f.mu.Lock()
			f.seen = append(f.seen, r.URL.String())
			f.mu.Unlock()
			if err := answer(r.Context(), c, r); err == nil {
				_ = c.Close(ws.StatusNormalClosure, "")
			}
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/getCaseCount", talk(func(ctx context.Context, c *ws.Conn, _ *http.Request) error {
		return c.Write(ctx, ws.Text, fmt.Append(nil, len(f.cases)))
	}))
	mux.HandleFunc("/getCaseInfo", talk(func(ctx context.Context, c *ws.Conn, r *http.Request) error {
		var n int
		if _, err := fmt.Sscan(r.URL.Query().Get("case"), &n); err != nil {
			return err
		}
		return c.Write(ctx, ws.Text, fmt.Appendf(nil, `{"id": %q, "description": "a case"}`, f.ids[n-1]))
	}))
	mux.HandleFunc("/runCase", talk(func(ctx context.Context, c *ws.Conn, r *http.Request) error {
		var n int
		if _, err := fmt.Sscan(r.URL.Query().Get("case"), &n); err != nil {
			return err
		}
		return f.cases[n-1](ctx, c)
	}))
	mux.HandleFunc("/updateReports", talk(func(context.Context, *ws.Conn, *http.Request) error { return nil }))
	return serve(t, mux.ServeHTTP)
}

// serve gives the URL of a server that runs until the test ends.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func TestRunsAllCasesThenAsksForReports(t *testing.T) {
	f := &fuzzer{}
	echoes := func(ctx context.Context, c *ws.Conn) error {
		if err := c.Write(ctx, ws.Binary, []byte("again")); err != nil {
			return err
		}
		mt, p, err := c.Read(ctx)
		assert.NoError(t, err)
		assert.Equal(t, ws.Binary, mt)
		assert.Equal(t, "again", string(p))
		return err
	}
	drops := func(_ context.Context, c *ws.Conn) error { return c.CloseNow() }
	f.cases = append(f.cases, echoes, drops, echoes)

	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-url", f.start(t), "-agent", "mine"}, &out, &errs)
	require.Equal(t, 0, code, errs.String())
	assert.Equal(t, "3 of 3 cases run\n", out.String())
	f.mu.Lock()
	defer f.mu.Unlock()
	assert.Equal(t, []string{
		"/getCaseCount", "/runCase?agent=mine&case=1", "/runCase?agent=mine&case=2", "/runCase?agent=mine&case=3",
		"/updateReports?agent=mine",
	}, f.seen)
}

func TestCaseThatNeverEnds(t *testing.T) {
	f := &fuzzer{}
	f.cases = append(f.cases, func(ctx context.Context, c *ws.Conn) error {
		_, _, err := c.Read(ctx)
		return err
	})
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-url", f.start(t), "-case-timeout", "1s"}, &out, &errs)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs.String(), "case 1 took longer than 1s")
}

func TestNoServer(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-url", "ws" + strings.TrimPrefix(s.URL, "http")}, &out, &errs)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs.String(), "getCaseCount")
}

func TestWrongFlags(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"-url", "http://x"},
		{"-url", "ws://"},
		{"-url", "ws://x", "more"},
		{"-nope"},
		{"-url", "ws://x", "-agent", ""},
		{"-url", "ws://x", "-case-timeout", "0s"},
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, 2, run(t.Context(), args, &out, &errs), args)
		assert.Equal(t, 1, strings.Count(errs.String(), "\n"), errs.String())
		assert.Empty(t, out.String())
	}
}
