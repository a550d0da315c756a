package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A client for WebDriver (www.w3.org/TR/webdriver2), which every browser speaks:
// commands and answers are JSON over HTTP. The dozen commands that the tests need
// are written here because there is no library to lean on: the one that is known
// for Go, tebeka/selenium, has not been changed since 2021.
//
// A test says what every browser has to do:
//
//	eachBrowser(t, func(t *testing.T, b *session) {
//		w := b.open(t, url)                        // a window of its own
//		w.fill("#rate", "50")
//		w.click("#apply")
//		w.until(`document.querySelectorAll("li").length === 200`)
//		n := valueOf[int](w, `document.querySelectorAll("li").length`)
//		w.size(1280, 900)
//		w.screenshot("list-" + b.name)             // artifacts/list-Firefox.png
//		w.quiet()                                  // nothing went wrong in the page
//	})
//
// b.name is Chromium, Firefox or WebKit. A session is for one goroutine at a time;
// it may have several windows. What fails fails the test.

// browserPatience bounds one command, and one wait for the page.
const browserPatience = 90 * time.Second

// session is a session with a browser (section 8).
type session struct {
	name    string // of the browser
	version string // of it

	url     string // of the session's commands
	first   string // the handle of the window that there is from the beginning
	current string // of the window that commands go to
}

// webDriverError is what a command that fails is answered with (section 6.6).
type webDriverError struct {
	Code    string `json:"error"`
	Message string `json:"message"`
}

func (e *webDriverError) Error() string { return e.Code + ": " + e.Message }

// newSession asks the driver at url for a session with a browser (section 8.1).
func newSession(ctx context.Context, name, driver string, capabilities map[string]any) (*session, error) {
	always := map[string]any{
		"acceptInsecureCerts": true, // test servers sign their own
		// Not normal: a page with an iframe that does not end is never loaded.
		"pageLoadStrategy": "eager",
		"timeouts": map[string]any{
			"script":   browserPatience.Milliseconds(),
			"pageLoad": browserPatience.Milliseconds(),
		},
	}
	maps.Copy(always, capabilities)
	var made struct {
		SessionID    string
		Capabilities struct{ BrowserVersion string }
	}
	err := webDriver(ctx, http.MethodPost, driver+"/session", map[string]any{
		"capabilities": map[string]any{"alwaysMatch": always},
	}, &made)
	if err != nil {
		return nil, err
	}
	s := &session{name: name, version: made.Capabilities.BrowserVersion, url: driver + "/session/" + url.PathEscape(made.SessionID)}
	err = webDriver(ctx, http.MethodGet, s.url+"/window", nil, &s.first) // section 11.1
	s.current = s.first
	return s, err
}

// end ends the session, and the browser with it (section 8.2).
func (s *session) end(ctx context.Context) error {
	return webDriver(ctx, http.MethodDelete, s.url, nil, nil)
}

// webDriver sends a command and decodes the value that it is answered with
// (section 6).
func webDriver(ctx context.Context, method, url string, parameters, value any) error {
	ctx, cancel := context.WithTimeout(ctx, browserPatience+patience) // the driver's own time comes first
	defer cancel()
	var body io.Reader
	if method == http.MethodPost {
		if parameters == nil {
			parameters = struct{}{}
		}
		b, err := json.Marshal(parameters)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: status %d: %w", method, url, resp.StatusCode, err)
	}
	if resp.StatusCode != http.StatusOK {
		wrong := new(webDriverError)
		if err := json.Unmarshal(answer.Value, wrong); err != nil {
			return fmt.Errorf("status %d: %s", resp.StatusCode, answer.Value)
		}
		return wrong
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, value)
}

// use has commands go to a window (section 11.3).
func (s *session) use(ctx context.Context, handle string) error {
	if s.current == handle {
		return nil
	}
	s.current = handle
	return webDriver(ctx, http.MethodPost, s.url+"/window", map[string]any{"handle": handle}, nil)
}

// open opens a page in a new window, which is closed at the end of the test
// (sections 10.1 and 11.5).
func (s *session) open(t *testing.T, url string) *window {
	t.Helper()
	var made struct{ Handle string }
	require.NoError(t, s.use(t.Context(), s.first)) // the one before may be closed
	require.NoError(t, webDriver(t.Context(), http.MethodPost, s.url+"/window/new", map[string]any{"type": "window"}, &made))
	w := &window{t: t, session: s, handle: made.Handle}
	t.Cleanup(w.close)
	w.navigate(url)
	return w
}
