package interop

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browserKind is a browser with its driver.
type browserKind struct {
	name    string
	driver  []string // names of its program
	args    func(port, dir string) []string
	display bool // it has no way to do without one

	// capabilities are those beside what newSession asks for. All that the browser
	// keeps is in dir.
	capabilities func(t *testing.T, dir string) map[string]any
}

var browserKinds = []browserKind{
	{
		name:   "Chromium",
		driver: []string{"chromedriver"},
		args:   func(port, _ string) []string { return []string{"--port=" + port} },
		capabilities: func(t *testing.T, dir string) map[string]any {
			t.Helper()
			return map[string]any{"goog:chromeOptions": map[string]any{
				"binary": tool(t, chromiumNames...),
				"args": []string{
					"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
					"--user-data-dir=" + filepath.Join(dir, "profile"),
					"--disable-breakpad", // no crash reports, which would be kept outside the profile
					// It looks for nobody outside this machine.
					"--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
				},
			}}
		},
	},
	{
		name:   "Firefox",
		driver: []string{"geckodriver", geckodriverKept},
		args: func(port, dir string) []string {
			return []string{"--port", port, "--profile-root", dir}
		},
		capabilities: func(t *testing.T, _ string) map[string]any {
			t.Helper()
			return map[string]any{"moz:firefoxOptions": map[string]any{
				"binary": tool(t, "firefox-esr", "firefox"),
				"args":   []string{"-headless"},
				"prefs":  map[string]any{"services.settings.server": "data:,"}, // it looks for nobody outside this machine
			}}
		},
	},
	{
		name:    "WebKit",
		driver:  []string{"WebKitWebDriver"},
		args:    func(port, _ string) []string { return []string{"--port=" + port} },
		display: true,
		// It starts WebKitGTK's MiniBrowser, which it knows the place of.
		capabilities: func(*testing.T, string) map[string]any { return nil },
	},
}

var chromiumNames = []string{"chromium", "chromium-browser", "google-chrome"}

// eachBrowser runs a test in each browser, one after the other. The browser ends
// with it.
func eachBrowser(t *testing.T, test func(t *testing.T, b *session)) {
	t.Helper()
	for _, k := range browserKinds {
		t.Run(k.name, func(t *testing.T) { test(t, k.start(t)) })
	}
}

// eachBrowserAtOnce is for a test that waits for most of its time: it runs in all of
// them side by side. It returns when all have ended.
func eachBrowserAtOnce(t *testing.T, test func(t *testing.T, b *session)) {
	t.Helper()
	t.Run("in", func(t *testing.T) {
		for _, k := range browserKinds {
			t.Run(k.name, func(t *testing.T) {
				t.Parallel()
				test(t, k.start(t))
			})
		}
	})
}

// start starts a browser, by way of its driver.
func (k browserKind) start(t *testing.T) *session {
	t.Helper()
	path, dir := tool(t, k.driver...), t.TempDir()
	capabilities := k.capabilities(t, dir)
	// What a browser keeps beside its profile is in these places.
	env := append(os.Environ(), "HOME="+dir, "TMPDIR="+dir,
		"XDG_RUNTIME_DIR="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir, "XDG_DATA_HOME="+dir)
	if k.display {
		env = append(env, "DISPLAY="+startDisplay(t))
	}
	driver := startDriver(t, func(port string) *exec.Cmd {
		cmd := exec.Command(path, k.args(port, dir)...)
		cmd.Env = env
		return cmd
	})
	s, err := newSession(t.Context(), k.name, driver, capabilities)
	require.NoError(t, err, k.name)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		assert.NoError(t, s.end(ctx), "end the session with %s", k.name)
	})
	return s
}
