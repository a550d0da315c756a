package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"longwire.example/docs/polling/pollingtest"
)

func TestStream(t *testing.T) {
	(&pollingtest.Server{
		Serve: stream,
		Held:  &held,
		Request: func(ctx context.Context, after string) *http.Request {
			return httptest.NewRequestWithContext(ctx, http.MethodGet, "/stream?after="+after, nil)
		},
		Event: func(n int) string { return fmt.Sprintf("%d\n", n) },
		Field: [2]string{"Content-Type", "text/plain; charset=utf-8"},
	}).Test(t)
}
