// Command long is long polling: a request is held until there is an event, or until
// it has been held for long enough.
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

const hold = 2 * time.Second // so short that you see both answers

var held atomic.Int32

func main() {
	http.Handle("GET /{$}", http.FileServerFS(page))
	http.HandleFunc("GET /long", long)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// long gives the event after the cursor. Number n is due 3n seconds after 1970.
func long(w http.ResponseWriter, r *http.Request) {
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
	n = max(n, last-10) + 1
	w.Header().Set("Cache-Control", "no-store")
	select {
	case <-time.After(time.Until(time.Unix(3*n, 0))):
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "[%d]\n", n)
	case <-time.After(hold):
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}
