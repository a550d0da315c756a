package interop

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page of cmd/echo, driven as a visitor would. Its elements are listed in
// a comment at the top of cmd/echo/page/page.html.
func TestPage(t *testing.T) {
	binary := buildEcho(t)
	b := startBrowser(t)
	server := startEcho(t, binary)

	t.Run("a conversation", func(t *testing.T) {
		p := b.open(t, server.url)
		p.viewport(1280, 900, false)
		p.prefer("light")
		assert.Equal(t, "CLOSED", p.data("#state", "state"))

		p.fill("#protocols", "unknown, echo")
		p.click("#connect")
		p.until(stateIs("OPEN"))
		assert.Equal(t, "echo", eval[string](p, `document.getElementById("subprotocol").textContent`))
		p.until(rows("request") + " === 1 && " + rows("response") + " === 1")

		p.step("text", func(t *testing.T) {
			p.fill("#message", "Hello, κόσμε 🚀")
			p.click("#send")
			p.until(echoed("text", 22))
			p.until(frames("client", 1, 22) + " === 1 && " + frames("server", 1, 22) + " === 1")
		})
		p.step("empty text by keyboard", func(t *testing.T) {
			p.fill("#message", "")
			p.keys("#message", kb.Enter)
			p.until(echoed("text", 0))
		})
		p.step("binary", func(t *testing.T) {
			p.click("label[for=tab-hex]")
			p.fill("#hex", "00 01 0x7f, 80 FE ff")
			p.click("#send")
			p.until(echoed("binary", 6))
			p.until(frames("client", 2, 6) + " === 1 && " + frames("server", 2, 6) + " === 1")
		})
		p.step("a file", func(t *testing.T) {
			const size = 70_000 // octets: the longest form of the payload length
			name := filepath.Join(t.TempDir(), "octets.bin")
			require.NoError(t, os.WriteFile(name, bytes.Repeat([]byte{0xa5}, size), 0o644))
			p.click("label[for=tab-file]")
			p.keys("#file", name)
			p.until(`!document.getElementById("send").disabled && document.getElementById("size").textContent.startsWith("70,000")`)
			p.click("#send")
			p.until(echoed("binary", size))
			p.until(frames("client", 2, size) + " === 1")
		})
		p.step("a frame field by field", func(t *testing.T) {
			p.click(`#frames [data-from="client"][data-opcode="1"][data-length="22"]`)
			p.until(`document.querySelector("#inspector").dataset.opcode === "1"`)
			assert.Equal(t, "client", p.data("#inspector", "from"))
			text := eval[string](p, `document.getElementById("inspector").innerText`)
			for _, field := range []string{"FIN", "opcode", "MASK", "payload length", "masking key", "5.2", "5.3"} {
				assert.Contains(t, text, field)
			}
			p.screenshot("light")
			p.click("label:has(#follow)")
		})
		p.step("ping", func(t *testing.T) {
			p.click("label[for=tab-ping]")
			p.fill("#ping-payload", "are you there?")
			p.click("#ping")
			p.until(`document.getElementById("ping-result").dataset.ms !== ""`)
			assert.Empty(t, eval[string](p, `document.getElementById("error").textContent`))
			p.until(frames("server", 9, 14) + " === 1 && " + frames("client", 10, 14) + " === 1")
		})
		p.step("close", func(t *testing.T) {
			p.click("label[for=tab-close]")
			p.fill("#close-code", "4321")
			p.fill("#close-reason", "that's all")
			p.click("#close")
			p.until(stateIs("CLOSED"))
			// Browsers report the reason of the Close frame that they received,
			// and ours answers with the code alone.
			p.ended(4321, "", true)
			p.until(frames("client", 8, 12) + " === 1 && " + frames("server", 8, 2) + " === 1")
			p.until(rows("end") + " === 1")
		})
		assert.Equal(t, []string{"CLOSED", "CONNECTING", "OPEN", "CLOSING", "CLOSED"}, eval[[]string](p, "window.shownStates"))
		assert.Zero(t, p.count(`#log li:not([data-status="same"])`), "messages that did not come back as they were sent")
		p.quiet()
	})

	t.Run("closed by the server", func(t *testing.T) {
		p := b.open(t, server.url)
		p.connect()
		p.click("label[for=tab-close]")
		p.click("label:has(#closer-server)")
		p.fill("#close-code", "1012")
		p.fill("#close-reason", "restart")
		p.click("#close")
		p.until(stateIs("CLOSED"))
		p.ended(1012, "restart", true)
		// The page may or may not come to see the moment between both Close frames.
		states := slices.DeleteFunc(eval[[]string](p, "window.shownStates"), func(s string) bool { return s == "CLOSING" })
		assert.Equal(t, []string{"CLOSED", "CONNECTING", "OPEN", "CLOSED"}, states)

		p.click("#connect") // and again
		p.until(stateIs("OPEN"))
		p.quiet()
	})

	t.Run("by keyboard alone", func(t *testing.T) {
		p := b.open(t, server.url)
		p.keys("#path", "chat"+kb.Enter)
		p.until(stateIs("OPEN"))
		p.keys("#message", "!"+kb.Enter)
		p.until(echoed("text", 6))
		p.until(`document.querySelectorAll("#frames li").length >= 4`)
		p.keys("#frames", kb.Home)
		p.until(`document.querySelector("#frames li").getAttribute("aria-selected") === "true"`)
		assert.Equal(t, "request", p.data("#inspector", "type"))
		assert.Contains(t, eval[string](p, `document.getElementById("inspector").innerText`), "GET /chat")
		p.quiet()
	})

	t.Run("on a phone", func(t *testing.T) {
		p := b.open(t, server.url)
		p.viewport(360, 740, true)
		p.do(reload)
		p.fits(360, "before a connection")
		p.connect()
		p.fill("#message", strings.Repeat("wide", 500))
		p.click("#send")
		p.until(echoed("text", 2000))
		p.until(frames("server", 1, 2000) + " === 1")
		for _, name := range []string{"text", "hex", "file", "ping", "close"} {
			p.click("label[for=tab-" + name + "]")
			p.fits(360, "tab "+name)
		}
		for i := range p.count("#frames li") {
			p.click(fmt.Sprintf("#frames li:nth-child(%d)", i+1))
			p.fits(360, fmt.Sprintf("row %d in the inspector", i+1))
		}
		p.screenshot("phone")
		p.quiet()
	})

	t.Run("in the dark", func(t *testing.T) {
		p := b.open(t, server.url)
		p.viewport(1280, 900, false)
		const luminance = `getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g).slice(0, 3).reduce((sum, c) => sum + Number(c), 0) / 3`
		p.prefer("light")
		assert.Greater(t, eval[float64](p, luminance), 200.0)
		p.prefer("dark")
		assert.Less(t, eval[float64](p, luminance), 60.0)
		p.connect()
		p.click("#send")
		p.until(echoed("text", 5))
		p.until(frames("server", 1, 5) + " === 1")
		p.screenshot("dark")
		p.quiet()
	})

	t.Run("over TLS", func(t *testing.T) {
		secure := startEcho(t, binary, "-tls")
		assert.True(t, strings.HasPrefix(secure.url, "https://"), secure.url)
		p := b.open(t, secure.url)
		p.connect()
		p.click("#send")
		p.until(echoed("text", 5))
		p.until(frames("server", 1, 5) + " === 1")
		p.quiet()
	})

	t.Run("a server that goes away", func(t *testing.T) {
		own := startEcho(t, binary)
		p := b.open(t, own.url)
		p.connect()
		own.stop(t)
		p.until(stateIs("CLOSED"))
		p.ended(1001, "", true)
		p.quiet()
	})

	t.Run("complaints are heard", func(t *testing.T) {
		p := b.open(t, server.url)
		p.quiet()
		eval[bool](p, `new Promise((resolve) => {
			document.addEventListener("securitypolicyviolation", () => resolve(true));
			document.body.append(Object.assign(new Image(), { src: "/elsewhere.png" }));
		})`)
		p.mu.Lock()
		defer p.mu.Unlock()
		assert.NotEmpty(t, p.complaints)
	})
}

// The drivers without net/http have no page, so one of another origin talks to
// them, with the browser's own WebSocket.
func TestDriversInBrowser(t *testing.T) {
	binary := buildEcho(t)
	b := startBrowser(t)
	ln := listen(t)
	pages := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!doctype html><title>a page</title><link rel="icon" href="data:,">`))
	})}
	run(t, pages.Close, func() { _ = pages.Serve(ln) })
	origin := "http://" + ln.Addr().String()

	// A conversation: what came back, and how it ended.
	const conversation = `new Promise((resolve) => {
		const got = { protocol: "", messages: [], code: 0, reason: "", clean: false };
		const socket = new WebSocket(%q, ["unknown", "echo"]);
		socket.binaryType = "arraybuffer";
		const send = ["Hello, κόσμε", new Uint8Array([0, 127, 128, 255]), "", "x".repeat(1 << 20)];
		socket.onopen = () => {
			got.protocol = socket.protocol;
			for (const m of send) socket.send(m);
		};
		socket.onmessage = ({ data }) => {
			const m = send[got.messages.length];
			got.messages.push(typeof m === "string" ? data === m : String(new Uint8Array(data)) === String(m));
			if (got.messages.length === send.length) socket.close(4000, "done");
		};
		socket.onclose = (e) => resolve({ ...got, code: e.code, reason: e.reason, clean: e.wasClean });
	})`
	type outcome struct {
		Protocol string `json:"protocol"`
		Messages []bool `json:"messages"`
		Code     int    `json:"code"`
		Reason   string `json:"reason"`
		Clean    bool   `json:"clean"`
	}

	for _, driver := range []string{"raw", "loop"} {
		t.Run(driver+", an origin that is allowed", func(t *testing.T) {
			server := startEcho(t, binary, "-driver", driver, "-origin", origin)
			p := b.open(t, origin)
			got := eval[outcome](p, fmt.Sprintf(conversation, server.url))
			assert.Equal(t, outcome{"echo", []bool{true, true, true, true}, 4000, "", true}, got)
			p.quiet()
		})
		t.Run(driver+", any other origin", func(t *testing.T) {
			server := startEcho(t, binary, "-driver", driver)
			p := b.open(t, origin)
			got := eval[outcome](p, fmt.Sprintf(conversation, server.url))
			assert.Equal(t, outcome{"", []bool{}, 1006, "", false}, got)
		})
		t.Run(driver+", a request without an upgrade", func(t *testing.T) {
			server := startEcho(t, binary, "-driver", driver)
			resp, err := http.Get(strings.Replace(server.url, "ws://", "http://", 1)) //nolint:noctx // on this machine
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, http.StatusUpgradeRequired, resp.StatusCode)
		})
	}
}
