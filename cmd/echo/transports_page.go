package main

import (
	"net/http"
	"strings"
)

// transportsScripts are the parts of the script of /transports, an ES module.
var transportsScripts = []string{
	"transports-about.js", "dom.js", "transports-measure.js", "transports-panel.js", "transports-table.js", "transports.js",
}

// newTransportsPage puts the page together. Its policy lets it reach this server
// and the listeners of the transports. JSONP is scripts of two of them, so the
// script lets no other address become one (trusted types).
func newTransportsPage(wires []string) *page {
	style := pageParts([]string{"style.css", "events.css", "transports.css"})
	script := pageParts(transportsScripts)
	body := strings.NewReplacer("/*style*/", style, "/*script*/", script).Replace(pageFile("transports.html"))
	sources := strings.Join(wires, " ")
	return &page{
		body: []byte(body),
		policy: strings.Join([]string{
			"default-src 'none'",
			"style-src " + hashSource(style),
			"script-src 'self' " + hashSource(script) + " " + sources,
			"connect-src 'self' " + sources + " " + strings.ReplaceAll(sources, "http://", "ws://"),
			"frame-src " + sources,
			"img-src data:", // the icon
			"base-uri 'none'",
			"form-action 'none'",
			"frame-ancestors 'none'",
			"require-trusted-types-for 'script'",
			"trusted-types default",
		}, "; "),
	}
}

func (g *gallery) servePage(w http.ResponseWriter, r *http.Request) {
	if _, err := g.listen(); err != nil {
		answer(w, err)
		return
	}
	g.page.ServeHTTP(w, r) // it does not change any more
}
