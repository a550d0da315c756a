package handshake

import (
	"net/http"
	"testing"
)

// A browser's request, as Chromium sends it.
var browserRequest = []byte(head(
	"GET /socket?token=abcdef HTTP/1.1", "Host: app.example.com", "Connection: Upgrade", "Pragma: no-cache",
	"Cache-Control: no-cache", "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
	"Upgrade: websocket", "Origin: https://app.example.com", "Sec-WebSocket-Version: 13", "Accept-Encoding: gzip, deflate, br, zstd",
	"Accept-Language: en-US,en;q=0.9", "Cookie: session=0123456789abcdef0123456789abcdef", "Sec-WebSocket-Key: "+sampleKey,
	"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"))

func BenchmarkParseRequest(b *testing.B) {
	b.SetBytes(int64(len(browserRequest)))
	b.ReportAllocs()
	var h Head
	for b.Loop() {
		if n, err := ParseRequest(browserRequest, &h); n == 0 || err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkServer is everything from the request's octets to the response's.
func BenchmarkServer(b *testing.B) {
	b.ReportAllocs()
	policy := Policy{}
	buf := make([]byte, 0, 1024)
	for b.Loop() {
		var h Head
		if _, err := ParseRequest(browserRequest, &h); err != nil {
			b.Fatal(err)
		}
		in := h.Incoming(true)
		o, err := ReadOffer(&in)
		if err != nil {
			b.Fatal(err)
		}
		a, err := policy.Decide(&o)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := AppendResponse(buf, &o, &a, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClient(b *testing.B) {
	b.ReportAllocs()
	buf := make([]byte, 0, 1024)
	for b.Loop() {
		u, err := ParseURI("wss://app.example.com/socket?token=abcdef")
		if err != nil {
			b.Fatal(err)
		}
		r := Request{URI: u, Key: NewKey()}
		if _, err := AppendRequest(buf, &r); err != nil {
			b.Fatal(err)
		}
		h := http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Accept": {Accept(r.Key)}}
		if _, err := Verify(&r, 101, h); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseExtensions(b *testing.B) {
	b.ReportAllocs()
	values := []string{"permessage-deflate; client_max_window_bits; server_max_window_bits=10"}
	for b.Loop() {
		if _, err := ParseExtensions(values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckOrigin(b *testing.B) {
	b.ReportAllocs()
	p, err := ParseOriginPattern("https://*.example.com")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := CheckOrigin([]string{"https://app.example.com"}, "socket.example.net", true, []OriginPattern{p}); err != nil {
			b.Fatal(err)
		}
	}
}
