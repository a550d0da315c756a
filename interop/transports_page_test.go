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

func (p *tab) panels() []panel {
	p.t.Helper()
	var all []panel
	text := eval[string](p, `JSON.stringify(Array.from(document.querySelectorAll("#panels > section"), (s) => ({ ...s.dataset })))`)
	require.NoError(p.t, json.Unmarshal([]byte(text), &all))
	require.Len(p.t, all, 9)
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
	p := startBrowser(t).open(t, startEcho(t, buildEcho(t)).url+"transports")
	p.viewport(1280, 900, false)
	p.prefer("light")
	p.until(everyPanel(`d.state === "open"`))
	p.fill("#rate", "50")
	p.click("#apply")
	p.until(everyPanel(`d.events >= 200`))
	p.click("#cut-all")
	p.until(everyPanel(`d.resume === "cut"`))
	p.until(everyPanel(`d.resume === "done"`))
	p.click(`[data-preset="0 1 128"]`)

	// Nothing is published now: all have the same events in the end.
	p.until(everyPanel(`d.events === document.querySelector("#panels > section").dataset.events && d.state === "open"`))
	for _, one := range p.panels() {
		t.Run(one.Transport, func(t *testing.T) {
			assert.Equal(t, []string{"0", "0", "0"}, []string{one.Missed, one.Doubled, one.Gaps}, "missed, doubled, gaps")
			number := func(s string) (n int) {
				t.Helper()
				require.NoError(t, json.Unmarshal([]byte(s), &n))
				return n
			}
			assert.GreaterOrEqual(t, number(one.CaughtUp), 100)
			assert.Equal(t, 128*number(one.Events), number(one.Payload))
			assert.Greater(t, number(one.Down), number(one.Payload))
			assert.GreaterOrEqual(t, number(one.Requests), 2)
			assert.GreaterOrEqual(t, number(one.Up), 100*number(one.Requests), "heads of requests")
			assert.GreaterOrEqual(t, number(one.Connections), 1)
		})
	}
	p.screenshot("transports-light")
	p.prefer("dark")
	p.screenshot("transports-dark")
	p.viewport(390, 844, true)
	p.fits(390, "on a phone")
	p.screenshot("transports-phone")
	p.quiet()
}
