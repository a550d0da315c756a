// Command stream is XHR streaming: a response that goes on, one event a line, which
// the page reads as it grows.
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
	http.HandleFunc("GET /stream", stream)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// stream gives the 20 events after the cursor. Number n is due 3n seconds after 1970.
func stream(w http.ResponseWriter, r *http.Request) {
	last := time.Now().Unix() / 3
	n, err := strconv.ParseInt(cmp.Or(r.FormValue("after"), "0"), 10, 40)
	if err != nil {
		http.Error(w, "after is no number", http.StatusBadRequest)
		return
	}
	defer held.Add(-1)
	if held.Add(1) > 100 {
		http.Error(w, "100 are held already", http.StatusServiceUnavailable)
		return
	}
	n = min(max(n, last-10), last)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	for i := 0; i < 20 && r.Context().Err() == nil; i++ {
		time.Sleep(time.Until(time.Unix(3*n+3, 0)))
		n++
		fmt.Fprintf(w, "%d\n", n)
		http.NewResponseController(w).Flush()
	}
}
