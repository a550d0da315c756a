package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// textOf gives the text of the one element of a kind.
func textOf(t *testing.T, all []element, name string) string {
	t.Helper()
	i := slices.IndexFunc(all, func(e element) bool { return e.name == name })
	require.GreaterOrEqual(t, i, 0)
	require.False(t, slices.ContainsFunc(all[i+1:], func(e element) bool { return e.name == name }), "one %s", name)
	return all[i].text
}

func transportsPage() string { return string(newTransportsPage([]string{"http://127.0.0.1:1"}).body) }

func TestTransportsPageHeaders(t *testing.T) {
	p := start(t)
	r := p.do(t, http.MethodGet, "/transports", "")
	require.Equal(t, http.StatusOK, r.status)
	all := elements(t, r.body)
	var wires, sockets []string
	for _, name := range wireTransports {
		o := p.figures(t, 0).Transports[name].Origin
		require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, o)
		assert.NotContains(t, wires, o, "a listener of its own")
		wires = append(wires, o)
		sockets = append(sockets, strings.Replace(o, "http", "ws", 1))
	}
	sources := strings.Join(wires, " ")
	assert.Equal(t, []string{
		"default-src 'none'",
		"style-src " + hashSource(textOf(t, all, "style")),
		"script-src 'self' " + hashSource(textOf(t, all, "script")) + " " + sources,
		"connect-src 'self' " + sources + " " + strings.Join(sockets, " "),
		"frame-src " + sources,
		"img-src data:",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types default",
	}, strings.Split(r.header.Get("Content-Security-Policy"), "; "))
	assert.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	assert.Equal(t, http.StatusMethodNotAllowed, p.do(t, http.MethodPost, "/transports", "").status)
}

// The page loads nothing but the client, and makes no markup of text.
func TestTransportsPageIsSelfContained(t *testing.T) {
	for _, e := range elements(t, transportsPage()) {
		for name, value := range e.attrs {
			switch {
			case name == "href" && e.name == "a":
				assert.Contains(t, []string{"#compare", "/#websocket", "/#events", "/transports"}, value)
			case name == "href":
				assert.True(t, strings.HasPrefix(value, "data:"), "%v", e)
			case name == "src" || name == "style" || strings.HasPrefix(name, "on"):
				t.Errorf("<%s %s=%q>: the policy forbids it", e.name, name, value)
			}
		}
		switch e.name {
		case "style":
			assert.NotRegexp(t, `(?i)@import|@font-face|url\(|image-set\(`, e.text)
		case "script":
			assert.Equal(t, "module", e.attrs["type"])
			assert.Equal(t, []string{`import { connect } from "/comet/client.js"`}, regexp.MustCompile(`\bimport\b[^;\n]*`).FindAllString(e.text, -1))
			assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|importScripts|XMLHttpRequest|sendBeacon|new Image`, e.text)
		}
	}
}

// What the script looks for and what the comment at the top promises is there,
// and every control has a name.
func TestTransportsPageIDs(t *testing.T) {
	all := elements(t, transportsPage())
	ids := map[string]int{}
	for _, e := range all {
		if id := e.attrs["id"]; id != "" {
			ids[id]++
			assert.Equal(t, 1, ids[id], id)
		}
	}
	script := ""
	for _, name := range transportsScripts {
		if name != "dom.js" { // which is the other page's, too
			script += pageFile(name)
		}
	}
	found := regexp.MustCompile(`byId\("([^"]+)"\)`).FindAllStringSubmatch(script, -1)
	promise, _, _ := strings.Cut(transportsPage(), "-->")
	found = append(found, regexp.MustCompile(`#([a-z-]+)`).FindAllStringSubmatch(promise, -1)...)
	assert.Greater(t, len(found), 20)
	for _, m := range found {
		assert.Contains(t, ids, m[1])
	}
	for _, name := range []string{"error", "announce"} { // of dom.js
		assert.Contains(t, ids, name)
	}
	labels := regexp.MustCompile(`(?s)<label>.*?</label>`).FindAllString(transportsPage(), -1)
	for _, e := range all {
		if e.name == "input" {
			assert.True(t, slices.ContainsFunc(labels, func(l string) bool { return strings.Contains(l, ` id="`+e.attrs["id"]+`"`) }), "%v", e)
		}
		if id := e.attrs["aria-labelledby"]; id != "" {
			assert.Contains(t, ids, id)
		}
	}
}

// All files of the page are in it, none cut short by its own text, and what they
// say of each transport is said of those that the server has.
func TestTransportsPageFiles(t *testing.T) {
	files, err := pageFiles.ReadDir("page")
	require.NoError(t, err)
	n := 0
	for _, f := range files {
		name := f.Name()
		if !strings.HasPrefix(name, "transports") || name == "transports.html" {
			continue
		}
		n++
		text := pageFile(name)
		assert.LessOrEqual(t, strings.Count(text, "\n"), 200, "%s: split it by concept", name)
		assert.Contains(t, transportsPage(), text, name)
		assert.NotContains(t, strings.ToLower(text), "</s", name)
		assert.NotContains(t, text, "<!--", name)
	}
	assert.Equal(t, len(transportsScripts), n, "dom.js is the other page's, and there is a style")
	assert.NotRegexp(t, `/\*(style|script)\*/`, transportsPage())

	var names []string
	for _, m := range regexp.MustCompile(`(?m)^    name: "([^"]+)"`).FindAllStringSubmatch(pageFile("transports-about.js"), -1) {
		names = append(names, m[1])
	}
	assert.Equal(t, wireTransports[:], names)
}

// The fields of the publisher's form allow what the server takes.
func TestTransportsPageBounds(t *testing.T) {
	for _, tag := range []string{
		`id="rate" type="number" min="0" max="50" step="any" value="4"`,
		`id="burst" type="number" min="1" max="100" step="1" value="1"`,
		`id="size" type="number" min="64" max="4096" step="1" value="128"`,
	} {
		assert.Contains(t, transportsPage(), tag)
	}
	assert.Equal(t, []any{50, 100, 64, 4096}, []any{maxRate, maxBurst, minSize, maxSize})
	for _, m := range regexp.MustCompile(`data-preset="(\S+) (\S+) (\S+)"`).FindAllStringSubmatch(transportsPage(), -1) {
		p := settings{}
		require.NoError(t, json.Unmarshal([]byte(m[1]), &p.Rate))
		require.NoError(t, json.Unmarshal([]byte(m[2]), &p.Burst))
		require.NoError(t, json.Unmarshal([]byte(m[3]), &p.Size))
		assert.NoError(t, p.check(), m[0])
	}
}
