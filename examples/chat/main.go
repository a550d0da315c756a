// Command chat is a chat with rooms, private messages, presence and history. It
// goes over WebSocket, or over event streams and POST, or over long polling:
// whatever gets through.
//
//	go run ./examples/chat
//
// Reading order: chat.go (what is said to whom, and the history), people.go (who is
// there, and how much they may say); in the browser page/chat.js (what comes and what is
// done then), link.js (the connection), outbox.js (what is on its way) and view.js.
package main

import (
	"context"
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

// policy has the browser refuse what the page does not need: scripts from
// elsewhere, scripts in the markup, and every way from text to markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

func main() {
	addr := flag.String("addr", "127.0.0.1:8071", "the address to listen on; port 0 is any free one")
	flag.Parse()
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("chat: http://%s/\n", ln.Addr())
	c := newChat()
	s := &http.Server{Handler: c.routes(), ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop()                                     // another signal ends the program at once
		_ = c.comet.Shutdown(context.Background()) // the pages come back a little later
		_ = s.Close()
	})
	log.Print(s.Serve(ln))
}

func (c *chat) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		http.ServeFileFS(w, r, page, "page/index.html")
	})
	mux.Handle("GET /page/{file}", http.FileServerFS(page)) // index.html is at / alone: it has its policy there
	mux.HandleFunc("GET /history/{token}", c.history)
	mux.Handle("/comet/{module}", &c.comet) // client.js and what it imports
	mux.Handle("/comet/{token}/", &c.comet) // a Handler looks at the end of a path, and c.as at the rest
	return mux
}
