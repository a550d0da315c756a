package main

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"longwire.example/ws/frame"
)

// The page is written in several files and sent as one.
//
//go:embed page
var pageFiles embed.FS

// pageScripts are the parts of the page's script, in order.
var pageScripts = []string{
	"dom.js", "layout.js", "inspector.js", "wire.js", "compression.js", "messages.js", "connection.js", // WebSocket
	"views.js", "format.js", "resume.js", "source.js", "eventlist.js", "raw.js", // event streams
	"main.js",
}

// pageStyles are those of its style, and pageViews what stands in page.html for
// a comment with its name.
var (
	pageStyles = []string{"style.css", "events.css"}
	pageViews  = []string{"events"}
)

// page is the page as it is sent.
type page struct {
	body   []byte
	policy string // Content-Security-Policy
}

// newPage puts the page together. The policy names its style and its script by
// their hashes, so no other can run, and the page can reach nothing but this
// server.
func newPage() *page {
	style := pageParts(pageStyles)
	script := "\"use strict\";\n" + closeCodes() + pageParts(pageScripts)
	parts := []string{"/*style*/", style, "/*script*/", script}
	for _, name := range pageViews {
		parts = append(parts, "/*"+name+"*/", pageFile(name+".html"))
	}
	body := strings.NewReplacer(parts...).Replace(pageFile("page.html"))
	return &page{
		body: []byte(body),
		policy: strings.Join([]string{
			"default-src 'none'",
			"style-src " + hashSource(style),
			"script-src " + hashSource(script),
			"connect-src 'self'",
			"img-src data:", // the icon
			"base-uri 'none'",
			"form-action 'none'",
			"frame-ancestors 'none'",
			"require-trusted-types-for 'script'",
			"trusted-types 'none'",
		}, "; "),
	}
}

// closeCodes are the close codes of the protocol for the script: what each
// stands for, and which of them can be sent.
func closeCodes() string {
	names := map[frame.CloseCode]string{}
	sendable := []frame.CloseCode{}
	for c := frame.CloseNormal; c <= frame.CloseTLSHandshake; c++ {
		_, names[c], _ = strings.Cut(c.String(), " ")
		if c.Sendable() {
			sendable = append(sendable, c)
		}
	}
	n, _ := json.Marshal(names) // can't fail
	s, _ := json.Marshal(sendable)
	return fmt.Sprintf("const closeCodes = %s;\nconst sendableCodes = %s;\n", n, s)
}

func pageParts(names []string) string {
	var all strings.Builder
	for _, name := range names {
		all.WriteString(pageFile(name))
	}
	return all.String()
}

func pageFile(name string) string {
	b, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // embedded, so this is a mistake in the names above
	}
	return string(b)
}

func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (p *page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(p.body) // net/http drops it for HEAD
}
