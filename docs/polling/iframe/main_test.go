package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"longwire.example/docs/polling/pollingtest"
)

func TestIframe(t *testing.T) {
	(&pollingtest.Server{
		Serve: iframe,
		Held:  &held,
		Request: func(ctx context.Context, after string) *http.Request {
			return httptest.NewRequestWithContext(ctx, http.MethodGet, "/iframe?after="+after, nil)
		},
		Prologue: "<!doctype html><!--" + strings.Repeat(" ", 1024) + "-->\n",
		Event:    func(n int) string { return fmt.Sprintf("<script>parent.show( %d )</script>\n", n) },
		Field:    [2]string{"Content-Security-Policy", "frame-ancestors 'self'"},
	}).Test(t)
}
