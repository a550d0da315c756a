package interop

import (
	"fmt"
	"strconv"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// What the tests of the page ask it, as expressions.

func stateIs(name string) string {
	return fmt.Sprintf(`document.getElementById("state").dataset.state === %q`, name)
}

// rows is how many rows of a type are in the list of frames.
func rows(kind string) string {
	return fmt.Sprintf(`document.querySelectorAll('#frames [data-type=%q]').length`, kind)
}

// frames is how many frames of a length went by.
func frames(from string, opcode, length int) string {
	return fmt.Sprintf(`document.querySelectorAll('#frames [data-from="%s"][data-opcode="%d"][data-length="%d"]').length`, from, opcode, length)
}

// echoed is whether a message of size octets has come back as it was sent.
func echoed(kind string, size int) string {
	return fmt.Sprintf(`document.querySelectorAll('#log [data-kind="%s"][data-size="%d"][data-status="same"]').length === 1`, kind, size)
}

var reload = chromedp.Reload()

func (p *tab) connect() {
	p.t.Helper()
	p.click("#connect")
	p.until(stateIs("OPEN"))
}

// ended checks what the page says about the last close event.
func (p *tab) ended(code int, reason string, clean bool) {
	p.t.Helper()
	assert.Equal(p.t, strconv.Itoa(code), p.data("#ended", "code"))
	assert.Equal(p.t, reason, p.data("#ended", "reason"))
	assert.Equal(p.t, strconv.FormatBool(clean), p.data("#ended", "clean"))
}

// fits checks that nothing is wider than the window, so that no page scrolls
// sideways.
func (p *tab) fits(width int, when string) {
	p.t.Helper()
	type size struct{ Window, Content int }
	got := eval[size](p, `({ Window: document.documentElement.clientWidth, Content: document.documentElement.scrollWidth })`)
	assert.Equal(p.t, width, got.Window, when)
	assert.LessOrEqual(p.t, got.Content, width, when)
}
