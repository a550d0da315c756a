package ssetest_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"

	"longwire.example/sse/ssetest"
)

// A client under test asks twice: the first stream is cut in the middle of an
// event, the second answer says that there is no more.
func ExampleNewServer() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Send("id: 7\nda", "ta: hello\n\n"), ssetest.Send("data: lo"), ssetest.Break()},
	)
	defer server.Close()

	for range 2 {
		req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
		req.Header.Set("Last-Event-ID", "6")
		resp, err := server.Client().Do(req) // the client under test does this
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Status)
		body, err := io.ReadAll(resp.Body)
		fmt.Printf("%q %v\n", body, err)
		_ = resp.Body.Close()
	}
	for _, r := range server.Requests() {
		id, _ := r.LastEventID()
		fmt.Println(r.Number, r.Method, r.URL, id)
	}
	// Output:
	// 200 OK
	// "id: 7\ndata: hello\n\ndata: lo" unexpected EOF
	// 204 No Content
	// "" <nil>
	// 1 GET http://example.com/events 6
	// 2 GET http://example.com/events 6
}

// An answer that depends on the request.
func ExampleNewServerFunc() {
	server := ssetest.NewServerFunc(func(r *ssetest.Request) ssetest.Script {
		if r.URL.Host == "old.example" {
			return ssetest.Script{ssetest.Status(301), ssetest.Header("Location", "https://new.example/")}
		}
		return ssetest.Script{ssetest.Send("data: moved\n\n")}
	})
	defer server.Close()

	resp, err := server.Client().Get("https://old.example/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	line, _ := bufio.NewReader(resp.Body).ReadString('\n')
	fmt.Print(resp.Request.URL, " ", line)
	// Output: https://new.example/ data: moved
}

// A real server, for a client that takes nothing but a URL.
func ExampleServer_Listen() {
	server := ssetest.NewServer(ssetest.Script{ssetest.Status(503), ssetest.Header("Retry-After", "7")})
	defer server.Close()
	url, err := server.Listen()
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := http.Get(url + "/events")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, resp.Header.Get("Retry-After"))
	// Output: 503 Service Unavailable 7
}

func ExampleScript() {
	fmt.Print(ssetest.Script{
		ssetest.Header("X-Test", "yes"),
		ssetest.Send("data: hello\n\n"),
		ssetest.Hold(),
	})
	// Output:
	// header X-Test: yes
	// send "data: hello\n\n"
	// hold
}
