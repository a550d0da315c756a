package handshake_test

import (
	"fmt"

	"longwire.example/ws/handshake"
)

// A server with many handshakes a second keeps a Head and an Offer: then what a
// handshake allocates is the text of its head.
func ExampleOffer_Read() {
	var head handshake.Head
	var offer handshake.Offer
	for _, path := range []string{"/one", "/two"} {
		request := "GET " + path + " HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
		_, err := handshake.ParseRequest([]byte(request), &head)
		if err != nil {
			fmt.Println(err)
			return
		}
		in := head.Incoming(false)
		err = offer.Read(&in)
		fmt.Println(offer.Resource, err)
		fmt.Println(head.Text() == request)
		offer.Reset()
		head.Reset()
	}
	// Output:
	// /one <nil>
	// true
	// /two <nil>
	// true
}
