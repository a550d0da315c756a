package handshake_test

import (
	"fmt"

	"longwire.example/ws/handshake"
)

// A client that wants small windows, and a server that keeps no contexts.
func ExampleDeflate() {
	client := handshake.Deflate{ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 12}
	server := handshake.Deflate{ClientMaxWindowBits: 10}

	offer := handshake.Offer{Host: "a.example", Extensions: []handshake.Extension{client.Offer()}}
	agreement, err := (&handshake.Policy{Deflate: &server}).Decide(&offer)
	fmt.Println(offer.Extensions)
	fmt.Println(agreement.Extensions, err)
	fmt.Printf("server %+v\n", server.Side(*agreement.Deflate, false))
	fmt.Printf("client %+v\n", client.Side(*agreement.Deflate, true))
	// Output:
	// [permessage-deflate; server_max_window_bits=12; client_max_window_bits]
	// [permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=10] <nil>
	// server {SendContextTakeover:false SendWindowBits:12 ReceiveContextTakeover:false ReceiveWindowBits:10}
	// client {SendContextTakeover:false SendWindowBits:10 ReceiveContextTakeover:false ReceiveWindowBits:12}
}

func ExampleDeflate_Check() {
	fmt.Println((&handshake.Deflate{ServerMaxWindowBits: 9}).Check())
	fmt.Println((&handshake.Deflate{ServerMaxWindowBits: 16}).Check())
	// Output:
	// <nil>
	// websocket handshake: server_max_window_bits 16 is not from 8 to 15
}

func ExampleDeflate_Accept() {
	// The first one can't be accepted, the second can; the third was for a
	// server that knows neither parameter.
	offers, _ := handshake.ParseExtensions([]string{
		"permessage-deflate; server_max_window_bits=7",
		"permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate",
	})
	d := handshake.Deflate{ServerContextTakeover: true, ClientContextTakeover: true}
	answer, ok := d.Accept(offers)
	fmt.Printf("%+v %v\n", answer, ok)
	_, ok = d.Accept(offers[:1])
	fmt.Println(ok)
	// Output:
	// {ServerNoContextTakeover:false ClientNoContextTakeover:false ServerMaxWindowBits:10 ClientMaxWindowBits:0} true
	// false
}

func ExampleDeflate_Offer() {
	fmt.Println((&handshake.Deflate{}).Offer())
	fmt.Println((&handshake.Deflate{ServerContextTakeover: true, ClientContextTakeover: true, ClientMaxWindowBits: 9}).Offer())
	// Output:
	// permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits
	// permessage-deflate; client_max_window_bits=9
}

// The client offered client_no_context_takeover, which is a hint, and the
// server's answer says nothing about it. The client may keep its context then,
// and does not.
func ExampleDeflate_Side() {
	d := handshake.Deflate{ServerContextTakeover: true}
	answer := handshake.DeflateParams{}
	fmt.Printf("%+v\n", answer.Side(true))
	fmt.Printf("%+v\n", d.Side(answer, true))
	// Output:
	// {SendContextTakeover:true SendWindowBits:15 ReceiveContextTakeover:true ReceiveWindowBits:15}
	// {SendContextTakeover:false SendWindowBits:15 ReceiveContextTakeover:true ReceiveWindowBits:15}
}

func ExampleDeflateParams_Side() {
	p := handshake.DeflateParams{ServerNoContextTakeover: true, ClientMaxWindowBits: 9}
	fmt.Printf("server %+v\n", p.Side(false))
	fmt.Printf("client %+v\n", p.Side(true))
	// Output:
	// server {SendContextTakeover:false SendWindowBits:15 ReceiveContextTakeover:true ReceiveWindowBits:9}
	// client {SendContextTakeover:true SendWindowBits:9 ReceiveContextTakeover:false ReceiveWindowBits:15}
}
