// Command sse is Server-Sent Events: a response that goes on, in a format that the
// browser reads by itself.
package main

import (
	"cmp"
	"embed"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

//go:embed index.html
var page embed.FS

var held atomic.Int32

func main() {
	http.Handle("GET /{$}", http.FileServerFS(page))
	http.HandleFunc("GET /sse", sse)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// sse gives the 20 events after the cursor. Number n is due 3n seconds after 1970.
func sse(w http.ResponseWriter, r *http.Request) {
	last := time.Now().Unix() / 3
	n, err := strconv.ParseInt(cmp.Or(r.Header.Get("Last-Event-ID"), "0"), 10, 40)
	if err != nil {
		http.Error(w, "Last-Event-ID is no number", http.StatusBadRequest)
		return
	}
	defer held.Add(-1)
	if held.Add(1) > 100 {
		http.Error(w, "100 are held already", http.StatusServiceUnavailable)
		return
	}
	n = min(max(n, last-10), last)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for i := 0; i < 20 && r.Context().Err() == nil; i++ {
		time.Sleep(time.Until(time.Unix(3*n+3, 0)))
		n++
		fmt.Fprintf(w, "id: %d\ndata: %d\n\n", n, n)
		http.NewResponseController(w).Flush()
	}
}
