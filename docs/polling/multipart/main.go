// Command multipart is multipart streaming: a response that goes on, and in which each
// part takes the place of the one before.
package main

import (
	"cmp"
	"embed"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

//go:embed index.html
var page embed.FS

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="50"><text y="30">event %d</text></svg>`

var held atomic.Int32

func main() {
	http.Handle("GET /{$}", http.FileServerFS(page))
	http.HandleFunc("GET /multipart", multipart)
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute}).Serve(l))
}

// multipart shows the 20 next events. Number n is due 3n seconds after 1970.
func multipart(w http.ResponseWriter, r *http.Request) {
	n := time.Now().Unix() / 3
	defer held.Add(-1)
	if held.Add(1) > 100 {
		http.Error(w, "100 are held already", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=next")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprint(w, "--next\r\n")
	for i := 0; i < 20 && r.Context().Err() == nil; i++ {
		time.Sleep(time.Until(time.Unix(3*n+3, 0)))
		n++
		fmt.Fprintf(w, "Content-Type: image/svg+xml\r\n\r\n"+svg+"\r\n--next\r\n", n)
		http.NewResponseController(w).Flush()
	}
}
