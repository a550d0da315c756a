package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"longwire.example/docs/polling/pollingtest"
)

func TestEventStream(t *testing.T) {
	(&pollingtest.Server{
		Serve: sse,
		Held:  &held,
		Request: func(ctx context.Context, after string) *http.Request {
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/sse", nil)
			if after != "" {
				r.Header.Set("Last-Event-ID", after)
			}
			return r
		},
		Event: func(n int) string { return fmt.Sprintf("id: %d\ndata: %d\n\n", n, n) },
		Field: [2]string{"Content-Type", "text/event-stream"},
	}).Test(t)
}
