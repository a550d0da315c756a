// Command short is short polling: the page asks every second and is answered at
// once, mostly with nothing.
package main

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

//go:embed index.html
var page embed.FS

func main() {
	http.Handle("GET /{$}", http.FileServerFS(page))
	http.HandleFunc("GET /short", short)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// short gives the events after the cursor, ten at most. Number n is due 3n seconds
// after 1970.
func short(w http.ResponseWriter, r *http.Request) {
	last := time.Now().Unix() / 3
	n, err := strconv.ParseInt(cmp.Or(r.FormValue("after"), "0"), 10, 40)
	if err != nil {
		http.Error(w, "after is no number", http.StatusBadRequest)
		return
	}
	events := []int64{}
	for n = max(n, last-10); n < last; n++ {
		events = append(events, n+1)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(events) // a client that has gone asks again
}
