// Command jsonp is short polling by script elements: the answer is a script that
// calls a function of the page, whatever site the page is from.
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
	"regexp"
	"strconv"
	"time"
)

//go:embed index.html
var page embed.FS

var name = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]{0,63}$`)

func main() {
	http.Handle("GET /{$}", http.FileServerFS(page))
	http.HandleFunc("GET /jsonp", jsonp)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// jsonp gives the events after the cursor, ten at most. Number n is due 3n seconds
// after 1970.
func jsonp(w http.ResponseWriter, r *http.Request) {
	last, callback := time.Now().Unix()/3, r.FormValue("callback")
	n, err := strconv.ParseInt(cmp.Or(r.FormValue("after"), "0"), 10, 40)
	if err != nil || !name.MatchString(callback) {
		http.Error(w, "after is no number, or callback no name", http.StatusBadRequest)
		return
	}
	events := []int64{}
	for n = max(n, last-10); n < last; n++ {
		events = append(events, n+1)
	}
	list, _ := json.Marshal(events)
	w.Header().Set("Content-Type", "text/javascript")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintf(w, "/**/%s(%s);\n", callback, list)
}
