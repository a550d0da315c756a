// Command danmaku is a wall of comments that fly over a moving picture: from the
// right to the left in lanes, or standing at the top or the bottom. A screen shows
// them, phones send them.
//
//	go run ./examples/danmaku
//
// Reading order: wall.go (one comment to everybody), comment.go (what is one),
// budget.go (how many); in the browser page/lanes.mjs (where one flies),
// page/screen.js and page/send.js.
package main

import (
	"context"
	"crypto/rand"
	"embed"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

//go:embed page
var page embed.FS

// policy has the browser refuse what the pages do not need: scripts from
// elsewhere, scripts in the markup, and every way from text to markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

func main() {
	addr := flag.String("addr", "127.0.0.1:8072", "the address to listen on; port 0 is any free one, and phones need one that they can reach")
	flag.Parse()
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("danmaku: http://%s/ is the screen, and http://%[1]s/send is for phones\n", ln.Addr())
	w := newWall()
	s := &http.Server{Handler: w.routes(), ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // another signal ends the program at once
		_ = w.comet.Shutdown(context.Background())
		_ = s.Close()
	})
	log.Print(s.Serve(ln))
}

func (w *wall) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", serve("page/screen.html"))
	mux.HandleFunc("GET /send", serve("page/send.html"))
	mux.HandleFunc("GET /page/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy) // a page is here, too
		http.FileServerFS(page).ServeHTTP(w, r)
	})
	mux.Handle("/comet/", &w.comet)
	return mux
}

// serve serves a page, and gives whoever has none the cookie that tells users
// apart.
func serve(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cache-Control", "private, no-cache") // an answer with a cookie is for one user
		if _, err := r.Cookie(cookie); err != nil {
			http.SetCookie(w, &http.Cookie{Name: cookie, Value: rand.Text(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
		}
		http.ServeFileFS(w, r, page, name)
	}
}
