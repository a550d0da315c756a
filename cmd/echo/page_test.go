package main

import (
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// element is a start tag of the page, with its text when it is a script or a
// style.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// void are the elements without an end tag that the page has.
var void = []string{"meta", "link", "input"}

// elements reads the page strictly: each end tag closes the element that was
// opened last.
func elements(t *testing.T, page string) []element {
	t.Helper()
	var all []element
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		tok := z.Token()
		switch kind {
		case html.ErrorToken:
			require.ErrorIs(t, z.Err(), io.EOF)
			require.Empty(t, open, "elements without an end")
			return all
		case html.StartTagToken:
			e := element{name: tok.Data, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				assert.NotContains(t, e.attrs, a.Key, "twice on <%s>", e.name)
				e.attrs[a.Key] = a.Val
			}
			all = append(all, e)
			if !slices.Contains(void, e.name) {
				open = append(open, e.name)
			}
		case html.EndTagToken:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], tok.Data, "after %d elements", len(all))
			open = open[:len(open)-1]
		case html.TextToken:
			if len(open) > 0 && (open[len(open)-1] == "style" || open[len(open)-1] == "script") {
				all[len(all)-1].text += tok.Data
			}
		case html.SelfClosingTagToken:
			t.Errorf("<%s/> is not HTML", tok.Data)
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

func TestPageHeaders(t *testing.T) {
	p := start(t)
	r := p.do(t, http.MethodGet, "/", "")
	assert.Equal(t, http.StatusOK, r.status)
	var style, script string
	for _, e := range elements(t, r.body) {
		switch e.name {
		case "style":
			style = e.text
		case "script":
			script = e.text
		}
	}
	policy := strings.Split(r.header.Get("Content-Security-Policy"), "; ")
	for _, want := range []string{
		"default-src 'none'", "style-src " + hashSource(style), "script-src " + hashSource(script), "connect-src 'self'", "img-src data:",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
	} {
		assert.Contains(t, policy, want)
	}
	assert.Len(t, policy, 10)
	for name, want := range map[string]string{
		"Content-Type":                 "text/html; charset=utf-8",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		assert.Equal(t, want, r.header.Get(name), name)
	}
	r = p.do(t, http.MethodHead, "/", "")
	assert.Equal(t, http.StatusOK, r.status)
	assert.Empty(t, r.body)
	assert.Equal(t, http.StatusMethodNotAllowed, p.do(t, http.MethodPost, "/", "").status)
}

// The page loads nothing: all it needs is in it, and the policy lets nothing
// else in.
func TestPageIsSelfContained(t *testing.T) {
	for _, e := range elements(t, string(newPage().body)) {
		for name, value := range e.attrs {
			switch {
			case name == "href" && e.name == "a":
				assert.True(t, strings.HasPrefix(value, "#") || value == "/transports" || e.attrs["rel"] == "noopener noreferrer", "%v", e)
			case name == "href":
				assert.Equal(t, "icon", e.attrs["rel"], "%v", e)
				assert.True(t, strings.HasPrefix(value, "data:"), "%v", e)
			case slices.Contains([]string{"src", "srcset", "srcdoc", "action", "formaction", "background", "data", "poster", "ping", "manifest"}, name):
				t.Errorf("<%s %s=%q>", e.name, name, value)
			case name == "style" || strings.HasPrefix(name, "on"):
				t.Errorf("<%s %s=%q>: the policy forbids it", e.name, name, value)
			}
		}
		switch e.name {
		case "style":
			assert.NotRegexp(t, `(?i)@import|@font-face|url\(|image-set\(`, e.text)
		case "script":
			assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|\bimport\b|importScripts|XMLHttpRequest|sendBeacon|new Image`, e.text)
			assert.Equal(t, []string{`new EventSource("/events?"`}, regexp.MustCompile(`new EventSource\("[^"]*"`).FindAllString(e.text, -1))
			for _, url := range regexp.MustCompile(`["'\x60](?:https?:|wss?:)?//[^"'\x60]+`).FindAllString(e.text, -1) {
				assert.Contains(t, []string{
					`"https://www.rfc-editor.org/rfc/rfc6455.html#section-`,
					`"https://www.rfc-editor.org/rfc/rfc7692.html#section-`,
					`"https://html.spec.whatwg.org/multipage/server-sent-events.html#`,
				}, url, "a link, not a resource")
			}
		case "base", "iframe", "object", "embed", "img", "audio", "video", "source", "track", "svg", "template":
			t.Errorf("<%s>", e.name)
		}
	}
}

// What the script looks for is there, once; so is what the comment at the top
// of the page promises to tests.
func TestPageIDs(t *testing.T) {
	body := string(newPage().body)
	ids := map[string]int{}
	script := ""
	all := elements(t, body)
	for _, e := range all {
		if id := e.attrs["id"]; id != "" {
			ids[id]++
		}
		if e.name == "script" {
			script = e.text
		}
	}
	for id, n := range ids {
		assert.Equal(t, 1, n, id)
	}
	for _, m := range regexp.MustCompile(`byId\("([^"]+)"\)`).FindAllStringSubmatch(script, -1) {
		assert.Contains(t, ids, m[1])
	}
	promise, _, _ := strings.Cut(body, "-->")
	found := regexp.MustCompile(`#([a-z-]+)`).FindAllStringSubmatch(promise, -1)
	assert.Greater(t, len(found), 45)
	for _, m := range found {
		assert.Contains(t, ids, m[1])
	}
	for _, e := range all {
		for _, name := range []string{"for", "list", "aria-labelledby", "aria-describedby"} {
			if id := e.attrs[name]; id != "" {
				assert.Contains(t, ids, id, "%v", e)
			}
		}
	}
}

// Every control has a name, for those who can't see it.
func TestPageLabels(t *testing.T) {
	all := elements(t, string(newPage().body))
	labelled := map[string]bool{}
	inLabel := map[string]bool{} // those whose id isn't in a for are inside a label
	for _, m := range regexp.MustCompile(`(?s)<label[^>]*>(.*?)</label>`).FindAllStringSubmatch(string(newPage().body), -1) {
		for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(m[1], -1) {
			inLabel[id[1]] = true
		}
	}
	for _, e := range all {
		if e.name == "label" && e.attrs["for"] != "" {
			labelled[e.attrs["for"]] = true
		}
	}
	for _, e := range all {
		if e.name != "input" && e.name != "textarea" {
			continue
		}
		id := e.attrs["id"]
		assert.True(t, labelled[id] || inLabel[id] || e.attrs["aria-label"] != "", "%v", e)
	}
}

// All files of the page are in it, in a script that is not cut short by its own
// text.
func TestPageFiles(t *testing.T) {
	files, err := pageFiles.ReadDir("page")
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(f fs.DirEntry) bool { return strings.HasPrefix(f.Name(), "transports") })
	body := string(newPage().body)
	for _, f := range files {
		name := f.Name()
		text := pageFile(name)
		assert.LessOrEqual(t, strings.Count(text, "\n"), 400, "%s: split it by concept", name)
		if name == "page.html" {
			continue
		}
		assert.Contains(t, body, text, name)
		if strings.HasSuffix(name, ".html") {
			continue
		}
		assert.NotContains(t, strings.ToLower(text), "</s", name)
		assert.NotContains(t, text, "<!--", name)
	}
	assert.Len(t, files, len(pageScripts)+len(pageStyles)+len(pageViews)+1)
	assert.NotRegexp(t, `/\*(style|script|events)\*/`, body)
}

func TestCloseCodesOfThePage(t *testing.T) {
	text := closeCodes()
	assert.Contains(t, text, `"1000":"normal closure"`)
	assert.Contains(t, text, `"1006":"abnormal closure"`)
	assert.Contains(t, text, "sendableCodes = [1000,1001,1002,1003,1007,1008,1009,1010,1011,1012,1013,1014]")
}
