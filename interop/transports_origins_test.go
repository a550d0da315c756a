package interop

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
)

// A page of another origin that is listed gets the events by every transport, be it
// of the same site (another port) or of another one (another host). One that is not
// listed gets none, and its state says that nothing opens.
func TestTransportsOrigins(t *testing.T) {
	pages := newEventSite(t)
	pages.Start()
	strangers := newEventSite(t)
	strangers.Start()

	site := newEventSite(t)
	site.comet.Origins = []string{pages.URL}
	site.comet.JSONP = true
	// JSONP is for all or for nobody, so there is a Handler without it.
	bare := comet.Handler{Origins: site.comet.Origins}
	site.use(&bare)
	site.mux.Handle("/bare/", &bare)
	site.Start()
	at, err := url.Parse(site.URL)
	require.NoError(t, err)
	const n = 20
	site.publish(t, n)

	eachBrowserAtOnce(t, func(t *testing.T, b *session) {
		for kind, host := range map[string]string{"another port": "127.0.0.1", "another host": "localhost"} {
			t.Run("listed, "+kind, func(t *testing.T) {
				w := b.open(t, pages.URL)
				for _, name := range allTransports {
					w.listen(name, "http://"+host+":"+at.Port()+"/comet/", fmt.Sprintf(`{ cursor: %q, transports: [%q] }`, site.begin, name))
					w.gotAll(name, n)
					assert.Equal(t, "open "+name, valueOf[string](w, fmt.Sprintf(`clients[%q].states.at(-1)`, name)))
					valueOf[any](w, fmt.Sprintf(`void clients[%q].client.close()`, name)) // a browser holds six requests for an origin
				}
				w.quiet()
			})
		}
		t.Run("not listed", func(t *testing.T) {
			w := b.open(t, strangers.URL)
			listen := func(name, transports string) {
				t.Helper()
				w.listen(name, site.URL+"/bare/", fmt.Sprintf(`{ cursor: %q, transports: %s, patience: 2000 }`, site.begin, transports))
			}
			for _, name := range allTransports {
				listen(name, fmt.Sprintf(`[%q]`, name))
			}
			listen("all", `["sse", "stream", "longpoll", "poll"]`)
			for _, name := range allTransports {
				w.until(shows(name, `d.tries >= 4 && d.state === "waiting"`)) // it tries again, as if the server were away
			}
			w.until(shows("all", `d.tries >= 8 && d.transport === "sse"`)) // and comes down the whole list
			for _, name := range append([]string{"all"}, allTransports...) {
				assert.Empty(t, valueOf[[]any](w, fmt.Sprintf(`clients[%q].events`, name)), name)
				for _, s := range valueOf[[]string](w, fmt.Sprintf(`clients[%q].states`, name)) {
					state, _, _ := strings.Cut(s, " ")
					assert.Contains(t, []string{"connecting", "waiting"}, state, name)
				}
			}
		})
	})
}
