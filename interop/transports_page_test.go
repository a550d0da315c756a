package interop

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// panel is what the page says of one transport, as it writes it into its panel.
type panel struct {
	Transport, State, Events, Missed, Doubled, Gaps, Requests, Connections, Up, Down, Payload, Resume, CaughtUp string
}

func panels(w *window) []panel {
	w.t.Helper()
	all := valueOf[[]panel](w, `Array.from(document.querySelectorAll("#panels > section"), (s) => ({ ...s.dataset }))`)
	require.Len(w.t, all, 9)
	return all
}

// everyPanel is whether a condition on its data d holds for each.
func everyPanel(condition string) string {
	return fmt.Sprintf(`Array.from(document.querySelectorAll("#panels > section")).every(({ dataset: d }) => %s)`, condition)
}

// Every transport gives a page 200 numbered events, none missing or doubled, and
// goes on after a cut with those of the time between. What the server has counted
// is more than what the events hold.
func TestTransportsPage(t *testing.T) {
	binary := buildEcho(t)
	eachBrowserAtOnce(t, func(t *testing.T, b *session) {
		w := b.open(t, startEcho(t, binary).url+"transports")
		w.size(1280, 900)
		w.until(everyPanel(`d.state === "open"`))
		w.fill("#rate", "50")
		w.click("#apply")
		w.until(everyPanel(`d.events >= 200`))
		w.click("#cut-all")
		w.until(everyPanel(`d.resume === "cut"`))
		w.until(everyPanel(`d.resume === "done"`))
		w.click(`[data-preset="0 1 128"]`)

		// Nothing is published now: all have the same events in the end.
		w.until(everyPanel(`d.events === document.querySelector("#panels > section").dataset.events && d.state === "open"`))
		for _, one := range panels(w) {
			t.Run(one.Transport, one.check)
		}
		w.screenshot("transports-" + b.name)
		w.size(1280, 1900) // with the table
		w.screenshot("transports-" + b.name + "-all")
		w.quiet()
	})
}

func (one panel) check(t *testing.T) {
	number := func(s string) (n int) {
		t.Helper()
		require.NoError(t, json.Unmarshal([]byte(s), &n))
		return n
	}
	assert.Equal(t, []string{"0", "0", "0"}, []string{one.Missed, one.Doubled, one.Gaps}, "missed, doubled, gaps")
	assert.GreaterOrEqual(t, number(one.CaughtUp), 100)
	assert.Equal(t, 128*number(one.Events), number(one.Payload))
	assert.Greater(t, number(one.Down), number(one.Payload))
	assert.GreaterOrEqual(t, number(one.Requests), 2)
	assert.GreaterOrEqual(t, number(one.Up), 100*number(one.Requests), "heads of requests")
	assert.GreaterOrEqual(t, number(one.Connections), 1)
}

// The page looks as it should, light and dark and on a phone, and its console stays
// empty from the first line on.
func TestTransportsPageInChromium(t *testing.T) {
	p := startBrowser(t).open(t, startEcho(t, buildEcho(t)).url+"transports")
	p.viewport(1280, 900, false)
	p.prefer("light")
	p.fill("#rate", "50")
	p.click("#apply")
	p.until(everyPanel(`d.state === "open" && d.events >= 100`))
	p.screenshot("transports-light")
	p.prefer("dark")
	p.screenshot("transports-dark")
	p.viewport(390, 844, true)
	p.fits(390, "on a phone")
	p.screenshot("transports-phone")
	p.quiet()
}
