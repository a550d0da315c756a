package interop

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A browser and permessage-deflate (RFC 7692): Chromium offers it by itself,
// with client_max_window_bits.
func TestDeflateInBrowser(t *testing.T) {
	binary := buildEcho(t)
	b := startBrowser(t)

	t.Run("each message by itself", func(t *testing.T) {
		p := b.open(t, startEcho(t, binary, "-deflate").url)
		p.viewport(1280, 900, false)
		p.connectDeflate("permessage-deflate; server_no_context_takeover; client_no_context_takeover")
		text := noise(p, 2000)
		first, second := p.sendText(text, 1), p.sendText(text, 2)
		assert.Less(t, first.wire, 1500)
		assert.Less(t, first.back, 1500)
		assert.Equal(t, first, second, "neither side has kept anything")
		p.click(`#frames [data-from="client"][data-inflated="2000"]`)
		shown := eval[string](p, `document.getElementById("inspector").innerText`)
		assert.Contains(t, shown, "100 compressed")
		assert.Contains(t, shown, "It inflates to 2,000 octets.")
		assert.Contains(t, shown, fmt.Sprintf("2,000 octets in %s on the wire", eval[string](p, fmt.Sprintf(`(%d).toLocaleString("en")`, first.wire))))
		p.screenshot("deflate-alone")
		p.quiet()
	})

	t.Run("with context takeover", func(t *testing.T) {
		p := b.open(t, startEcho(t, binary, "-deflate", "-takeover").url)
		p.viewport(1280, 900, false)
		p.connectDeflate("permessage-deflate")
		text := noise(p, 2000)
		first := p.sendText(text, 1)
		for n := 2; n < 6; n++ {
			again := p.sendText(text, n)
			assert.Less(t, again.wire, first.wire/10, "the browser refers to the message before")
			assert.Less(t, again.back, first.back/10, "and so does the server")
		}
		p.click("label[for=tab-hex]")
		p.fill("#hex", "00 01 02")
		p.click("#send")
		p.until(echoed("binary", 3))
		p.screenshot("deflate-takeover")
		p.quiet()
	})

	// The window of Chromium's messages is what the server asks for: beyond it
	// a message would end the connection.
	for _, bits := range []string{"8", "9", "12"} {
		t.Run("windows of "+bits+" bits", func(t *testing.T) {
			p := b.open(t, startEcho(t, binary, "-deflate", "-takeover", "-window-bits", bits).url)
			p.connectDeflate("permessage-deflate; server_max_window_bits=" + bits + "; client_max_window_bits=" + bits)
			text := noise(p, 100) + noise(p, 20_000) + noise(p, 100)
			size := len(text)
			for n := 1; n < 4; n++ {
				got := p.sendText(text, n)
				assert.Greater(t, got.wire, size/2, "what was sent before is out of reach")
				assert.Greater(t, got.back, size/2)
			}
			p.quiet()
		})
	}

	t.Run("a server without it", func(t *testing.T) {
		p := b.open(t, startEcho(t, binary).url)
		p.connectDeflate("")
		assert.Equal(t, "none", eval[string](p, `document.getElementById("compression").textContent`))
		p.click("#send")
		p.until(echoed("text", 5))
		p.until(`document.querySelector("#log li").dataset.back === "7"`)
		assert.Equal(t, "11", p.data("#log li", "wire"))
		assert.Equal(t, "none", p.data("#log li", "deflated"))
		p.quiet()
	})

	t.Run("the limit counts what a message inflates to", func(t *testing.T) {
		p := b.open(t, startEcho(t, binary, "-deflate", "-max-message", "65536").url)
		p.connect()
		eval[bool](p, `(connection.socket.send(new Uint8Array(16 << 20)), true)`)
		p.until(stateIs("CLOSED"))
		p.ended(1009, "message is over the size limit", true)
		p.quiet()
	})

	t.Run("on a phone", func(t *testing.T) {
		p := b.open(t, startEcho(t, binary, "-deflate", "-window-bits", "9").url)
		p.viewport(360, 740, true)
		p.do(reload)
		p.connectDeflate("permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9")
		p.sendText(noise(p, 2000), 1)
		for i := range p.count("#frames li") {
			p.click(fmt.Sprintf("#frames li:nth-child(%d)", i+1))
			p.fits(360, fmt.Sprintf("row %d in the inspector", i+1))
		}
		p.screenshot("deflate-phone")
		p.quiet()
	})
}

// noise gives text of size characters that only itself makes shorter than by
// half.
func noise(p *tab, size int) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`Array.from(crypto.getRandomValues(new Uint8Array(%d / 2)), hexOf).join("")`, size))
}

// connectDeflate connects and checks what was agreed on, for the browser and
// for the server.
func (p *tab) connectDeflate(agreement string) {
	p.t.Helper()
	p.connect()
	assert.Equal(p.t, agreement, eval[string](p, "connection.socket.extensions"))
	p.until(rows("response") + " === 1")
	assert.Equal(p.t, agreement, p.data("#compression", "extensions"))
}

// onWire is what a message and its echo took.
type onWire struct{ wire, back int }

// sendText sends a text message, the nth of the connection, which comes back as
// it was, and has both ways compressed.
func (p *tab) sendText(text string, n int) onWire {
	p.t.Helper()
	p.fill("#message", text)
	p.click("#send")
	row := fmt.Sprintf("#log li:nth-child(%d)", n)
	p.until(fmt.Sprintf(`document.querySelector(%q)?.dataset.status === "same" && document.querySelector(%q).dataset.deflated === "both"`, row, row))
	require.Equal(p.t, strconv.Itoa(len(text)), p.data(row, "size"))
	wire, err := strconv.Atoi(p.data(row, "wire"))
	require.NoError(p.t, err)
	back, err := strconv.Atoi(p.data(row, "back"))
	require.NoError(p.t, err)
	return onWire{wire, back}
}
