package handshake_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"longwire.example/ws/handshake"
)

// The request of section 1.2.
const request = "GET /chat HTTP/1.1\r\n" +
	"Host: server.example.com\r\n" +
	"Upgrade: websocket\r\n" +
	"Connection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Origin: http://server.example.com\r\n" +
	"Sec-WebSocket-Protocol: chat, superchat\r\n" +
	"Sec-WebSocket-Version: 13\r\n\r\n"

// show prints a head with plain line ends.
func show(b []byte) { fmt.Print(strings.ReplaceAll(string(b), "\r\n", "\n")) }

// A server's whole way, from octets to octets.
func Example_server() {
	received := []byte(request + "\x89\x80\x00\x00\x00\x00") // a Ping came along

	var head handshake.Head
	n, err := handshake.ParseRequest(received, &head)
	if err != nil {
		fmt.Println(err)
		return
	}
	policy := handshake.Policy{Subprotocols: []string{"superchat"}}
	in := head.Incoming(false)
	offer, err := handshake.ReadOffer(&in)
	var agreement handshake.Agreement
	if err == nil {
		agreement, err = policy.Decide(&offer)
	}
	if refused, ok := errors.AsType[*handshake.Error](err); ok {
		show(handshake.AppendRefusal(nil, refused))
		return
	}
	answer, err := handshake.AppendResponse(nil, &offer, &agreement, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(answer)
	fmt.Printf("%d octets are frames\n", len(received)-n)
	// Output:
	// HTTP/1.1 101 Switching Protocols
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
	// Sec-WebSocket-Protocol: superchat
	//
	// 6 octets are frames
}

// A client's whole way.
func Example_client() {
	uri, err := handshake.ParseURI("ws://server.example.com/chat")
	if err != nil {
		fmt.Println(err)
		return
	}
	r := handshake.Request{URI: uri, Key: "dGhlIHNhbXBsZSBub25jZQ==", Protocols: []string{"chat"}} // else NewKey()
	out, err := handshake.AppendRequest(nil, &r)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(out)

	received := []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n")
	var head handshake.Head
	if _, err := handshake.ParseResponse(received, &head); err != nil {
		fmt.Println(err)
		return
	}
	agreement, err := handshake.Verify(&r, head.Status, &head)
	fmt.Printf("%+v %v\n", agreement, err)
	// Output:
	// GET /chat HTTP/1.1
	// Host: server.example.com
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Version: 13
	// Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
	// Sec-WebSocket-Protocol: chat
	//
	// {Subprotocol:chat Extensions:[] Deflate:<nil>} <nil>
}

// A head comes in pieces; what follows it is not touched.
func ExampleParseRequest() {
	var head handshake.Head
	received := request + "\x81\x00"
	for _, end := range []int{10, 100, len(received)} {
		n, err := handshake.ParseRequest([]byte(received[:end]), &head)
		fmt.Println(n, err)
	}
	fmt.Println(head.Method, head.Target, head.Values("upgrade"))

	head.Reset()
	_, err := handshake.ParseRequest([]byte("GET / HTTP/1.1\r\nHost : a\r\n"), &head)
	fmt.Println(err)
	// Output:
	// 0 <nil>
	// 0 <nil>
	// 237 <nil>
	// GET /chat [websocket]
	// malformed HTTP head: field name "Host " is not a token (RFC 6455 section 4.2.1)
}

// A server may send responses that are not the last one.
func ExampleParseResponse() {
	b := []byte("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\nHTTP/1.1 302 Found\r\nLocation: wss://b.example/\r\n\r\n")
	var head handshake.Head
	n, err := handshake.ParseResponse(b, &head)
	fmt.Println(head.Status, head.Interim(), err)
	_, err = handshake.ParseResponse(b[n:], &head)
	fmt.Println(head.Status, head.Interim(), head.Reason, head.Values("Location"), err)
	// Output:
	// 103 true <nil>
	// 302 false Found [wss://b.example/] <nil>
}

func ExampleHead_All() {
	var head handshake.Head
	_, _ = handshake.ParseRequest([]byte("GET / HTTP/1.1\r\nhost: a\r\nCookie: b=c\r\n\r\n"), &head)
	for name, value := range head.All() {
		fmt.Printf("%s=%q\n", name, value)
	}
	fmt.Println(head.Len())
	// Output:
	// host="a"
	// Cookie="b=c"
	// 2
}

// A request that net/http has read.
func ExampleReadOffer() {
	r := httptest.NewRequest(http.MethodGet, "/chat", nil)
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Connection", "keep-alive, Upgrade")
	r.Header.Set("Sec-WebSocket-Key", handshake.NewKey())
	r.Header.Set("Sec-WebSocket-Version", "8")
	in := handshake.Incoming{
		Method: r.Method, Major: r.ProtoMajor, Minor: r.ProtoMinor,
		Host: r.Host, Target: r.RequestURI, Secure: r.TLS != nil,
		Body: r.ContentLength != 0, Fields: r.Header,
	}
	_, err := handshake.ReadOffer(&in)
	if refused, ok := errors.AsType[*handshake.Error](err); ok {
		fmt.Println(refused)
		fmt.Println(refused.Status, refused.Token, refused.Fields)
	}

	r.Header.Set("Sec-WebSocket-Version", "13")
	offer, err := handshake.ReadOffer(&in)
	fmt.Println(offer.Resource, offer.Host, err)
	// Output:
	// only version 13 is spoken here: the request has 8 (RFC 6455 section 4.2.1)
	// 426 version [{Sec-WebSocket-Version 13} {Upgrade websocket} {Connection Upgrade}]
	// /chat example.com <nil>
}

func ExamplePolicy_Decide() {
	pattern, err := handshake.ParseOriginPattern("https://*.example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	policy := handshake.Policy{Subprotocols: []string{"v1", "v2"}, Origins: []handshake.OriginPattern{pattern}}
	for _, origin := range []string{"https://www.example.com", "https://example.com.evil.test"} {
		agreement, err := policy.Decide(&handshake.Offer{
			Host: "socket.example.net", Secure: true, Origin: []string{origin}, Protocols: []string{"v3", "v2", "v1"},
		})
		fmt.Printf("%q %v\n", agreement.Subprotocol, err)
	}
	// Output:
	// "v2" <nil>
	// "" origin not allowed: received "https://example.com.evil.test", expected "https://socket.example.net" or the one pattern allowed (RFC 6455 section 4.2.2)
}

func ExamplePolicy_Check() {
	fmt.Println((&handshake.Policy{Subprotocols: []string{"chat v2"}}).Check())
	// Output: websocket handshake: subprotocol "chat v2" is not a token
}

func ExampleAgreement_Fields() {
	offer := handshake.Offer{Mode: handshake.ExtendedConnect, Protocols: []string{"chat"}}
	fields, err := (&handshake.Agreement{Subprotocol: "chat"}).Fields(&offer)
	fmt.Println(fields, err)
	_, err = (&handshake.Agreement{Subprotocol: "mail"}).Fields(&offer)
	fmt.Println(err)
	// Output:
	// [{Sec-WebSocket-Protocol chat}] <nil>
	// websocket handshake: the agreement has what the client did not offer: subprotocol "mail"
}

// Extra fields can't break out of the head, nor replace the handshake's own.
func ExampleAppendResponse() {
	offer := handshake.Offer{Key: "dGhlIHNhbXBsZSBub25jZQ=="}
	out, err := handshake.AppendResponse(nil, &offer, &handshake.Agreement{}, []handshake.Field{{Name: "Set-Cookie", Value: "a=b"}})
	show(out)
	fmt.Println(err)
	_, err = handshake.AppendResponse(nil, &offer, &handshake.Agreement{}, []handshake.Field{{Name: "X", Value: "a\r\nY: b"}})
	fmt.Println(err)
	// Output:
	// HTTP/1.1 101 Switching Protocols
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
	// Set-Cookie: a=b
	//
	// <nil>
	// websocket handshake: field value holds a control character: X
}

func ExampleAppendRefusal() {
	show(handshake.AppendRefusal(nil, handshake.ErrNotUpgrade))
	// Output:
	// HTTP/1.1 426 Upgrade Required
	// Connection: close, Upgrade
	// Upgrade: websocket
	// Content-Type: text/plain; charset=utf-8
	// X-Content-Type-Options: nosniff
	// Content-Length: 86
	//
	// this is a WebSocket endpoint and the request does not ask for an upgrade to websocket
}

func ExampleError() {
	err := handshake.CheckOrigin([]string{"null"}, "a.example", true, nil)
	fmt.Println(errors.Is(err, handshake.ErrOrigin), errors.Is(err, handshake.ErrKey))
	// Output: true false
}

func ExampleFailures() {
	for _, e := range handshake.Failures()[:3] {
		fmt.Println(e.Status, e.Token)
	}
	// Output:
	// 400 head-syntax
	// 414 request-line-too-long
	// 431 head-too-big
}

func ExampleAccept() {
	fmt.Println(handshake.Accept("dGhlIHNhbXBsZSBub25jZQ=="))
	// Output: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
}

func ExampleNewKey() {
	first, second := handshake.NewKey(), handshake.NewKey()
	fmt.Println(len(first), first == second)
	// Output: 24 false
}

func ExampleParseURI() {
	u, err := handshake.ParseURI("WSS://user:secret@Bücher.example:8443/straße?a")
	fmt.Println(u.String(), err)
	fmt.Println(u.Address(), u.Authority(), u.Resource)
	user, password, _ := u.Credentials()
	fmt.Println(user, password)
	_, err = handshake.ParseURI("ws://a.example/#top")
	fmt.Println(err)
	// Output:
	// wss://xn--bcher-kva.example:8443/stra%C3%9Fe?a <nil>
	// xn--bcher-kva.example:8443 xn--bcher-kva.example:8443 /stra%C3%9Fe?a
	// user secret
	// websocket handshake: not a valid WebSocket URI: fragment (a # that is no fragment is written %23)
}

func ExampleAppendRequest() {
	r := handshake.Request{
		URI:       handshake.URI{Host: "a.example", Port: 8080, Resource: "/"},
		Key:       "dGhlIHNhbXBsZSBub25jZQ==",
		Protocols: []string{"chat", "chat"},
	}
	_, err := handshake.AppendRequest(nil, &r)
	fmt.Println(err)
	r.Protocols, r.Extra = nil, []handshake.Field{{Name: "Sec-WebSocket-Key", Value: "mine"}}
	_, err = handshake.AppendRequest(nil, &r)
	fmt.Println(err)
	r.Extra[0].Name = "Authorization"
	out, err := handshake.AppendRequest(nil, &r)
	show(out)
	fmt.Println(err)
	// Output:
	// websocket handshake: subprotocols are not different tokens: "chat"
	// websocket handshake: field belongs to the handshake: Sec-WebSocket-Key
	// GET / HTTP/1.1
	// Host: a.example:8080
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Version: 13
	// Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
	// Authorization: mine
	//
	// <nil>
}

func ExampleVerify() {
	r := handshake.Request{Key: "dGhlIHNhbXBsZSBub25jZQ=="}
	answer := http.Header{}
	answer.Set("Upgrade", "websocket")
	answer.Set("Connection", "Upgrade")
	answer.Set("Sec-WebSocket-Accept", handshake.Accept(r.Key))
	answer.Set("Sec-WebSocket-Protocol", "chat")
	_, err := handshake.Verify(&r, 101, answer)
	fmt.Println(err)
	_, err = handshake.Verify(&r, 302, answer)
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		fmt.Println(e.Token, e.Status)
	}
	// Output:
	// subprotocol in the answer is not one that was offered: "chat" (RFC 6455 section 4.1)
	// status 302
}

func ExampleParseExtensions() {
	list, err := handshake.ParseExtensions([]string{`permessage-deflate; server_max_window_bits="10"`, "x-trace; id"})
	fmt.Printf("%+v %v\n", list, err)
	_, err = handshake.ParseExtensions([]string{`x-trace; id="two words"`})
	fmt.Println(err)
	// Output:
	// [permessage-deflate; server_max_window_bits=10 x-trace; id] <nil>
	// Sec-WebSocket-Extensions is malformed: quoted value of id is not a token (RFC 6455 section 9.1)
}

func ExampleAppendExtensions() {
	fmt.Println(string(handshake.AppendExtensions(nil, []handshake.Extension{
		{Name: "permessage-deflate", Params: []handshake.Param{{Name: "client_max_window_bits"}}},
		{Name: "permessage-deflate"},
	})))
	// Output: permessage-deflate; client_max_window_bits, permessage-deflate
}

func ExampleExtension_Check() {
	fmt.Println(handshake.Extension{Name: "x-trace", Params: []handshake.Param{{Name: "id", Value: "two words"}}}.Check())
	// Output: websocket handshake: extension or parameter is not a token
}

func ExampleParseDeflateOffer() {
	for _, s := range []string{
		"permessage-deflate; client_max_window_bits; server_max_window_bits=10",
		"permessage-deflate; server_max_window_bits=010",
	} {
		list, _ := handshake.ParseExtensions([]string{s})
		p, err := handshake.ParseDeflateOffer(list[0])
		fmt.Printf("%+v %v\n", p, err)
	}
	// Output:
	// {ServerNoContextTakeover:false ClientNoContextTakeover:false ServerMaxWindowBits:10 ClientMaxWindowBits:-1} <nil>
	// {ServerNoContextTakeover:false ClientNoContextTakeover:false ServerMaxWindowBits:0 ClientMaxWindowBits:0} permessage-deflate parameters: server_max_window_bits with value "010" (RFC 7692 section 7)
}

func ExampleParseDeflateAnswer() {
	offer := handshake.DeflateParams{ServerMaxWindowBits: 10}
	list, _ := handshake.ParseExtensions([]string{"permessage-deflate; server_max_window_bits=12"})
	_, err := handshake.ParseDeflateAnswer(list[0], offer)
	fmt.Println(err)
	// Output: permessage-deflate parameters: server_max_window_bits is over what was asked for (RFC 7692 section 7)
}

func ExampleDeflateParams_Offer() {
	e, err := handshake.DeflateParams{ClientNoContextTakeover: true, ClientMaxWindowBits: handshake.AnyWindowBits}.Offer()
	fmt.Println(e, err)
	// Output: permessage-deflate; client_no_context_takeover; client_max_window_bits <nil>
}

func ExampleDeflateParams_Answer() {
	e, err := handshake.DeflateParams{ClientMaxWindowBits: 12}.Answer()
	fmt.Println(e, err)
	// Output: permessage-deflate; client_max_window_bits=12 <nil>
}

func ExampleParseTokens() {
	list, err := handshake.ParseTokens([]string{"chat, superchat", "mail"})
	fmt.Println(list, err)
	// Output: [chat superchat mail] <nil>
}

func ExampleParseOrigin() {
	o, ok := handshake.ParseOrigin("HTTPS://Example.com:443")
	fmt.Println(o, o.Port, ok)
	_, ok = handshake.ParseOrigin("https://example.com/")
	fmt.Println(ok)
	// Output:
	// https://example.com 443 true
	// false
}

func ExampleParseOriginPattern() {
	page, _ := handshake.ParseOrigin("http://app.example.com")
	for _, s := range []string{"http://*.example.com", "*.example.com", "https://*.example.com", "*"} {
		p, err := handshake.ParseOriginPattern(s)
		fmt.Println(p, p.Match(page, false), p.Match(page, true), err)
	}
	// Output:
	// http://*.example.com true true <nil>
	// *.example.com true false <nil>
	// https://*.example.com false false <nil>
	//  false false websocket handshake: origin pattern "*": every origin can be let in with InsecureSkipOriginCheck only
}

func ExampleCheckOrigin() {
	fmt.Println(handshake.CheckOrigin(nil, "a.example", true, nil))
	fmt.Println(handshake.CheckOrigin([]string{"https://a.example"}, "a.example", true, nil))
	fmt.Println(handshake.CheckOrigin([]string{"http://a.example"}, "a.example", true, nil))
	// Output:
	// <nil>
	// <nil>
	// origin not allowed: received "http://a.example", expected "https://a.example" (RFC 6455 section 4.2.2)
}

func ExampleFieldsOf() {
	h := http.Header{"Set-Cookie": {"a=b", "c=d"}, "Connection": {"close"}}
	for _, f := range handshake.FieldsOf(h) {
		fmt.Println(f.Name, f.Value, f.Check())
	}
	// Output:
	// Connection close websocket handshake: field belongs to the handshake: Connection
	// Set-Cookie a=b <nil>
	// Set-Cookie c=d <nil>
}

func ExampleReserved() {
	fmt.Println(handshake.Reserved("sec-websocket-key"), handshake.Reserved("Cookie"))
	// Output: true false
}
