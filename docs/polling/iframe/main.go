// Command iframe is the forever iframe: a page that goes on, and whose scripts call a
// function of the page around it.
package main

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
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
	http.HandleFunc("GET /iframe", iframe)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// iframe gives the 20 events after the cursor. Number n is due 3n seconds after 1970.
func iframe(w http.ResponseWriter, r *http.Request) {
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
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'self'")
	w.Header().Set("Cache-Control", "no-store")
	script := template.Must(template.New("").Parse("<script>parent.show({{.}})</script>\n"))
	fmt.Fprintf(w, "<!doctype html><!--%1024s-->\n", "")
	for i := 0; i < 20 && r.Context().Err() == nil; i++ {
		time.Sleep(time.Until(time.Unix(3*n+3, 0)))
		n++
		_ = script.Execute(w, n)
		http.NewResponseController(w).Flush()
	}
}
