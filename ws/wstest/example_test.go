package wstest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// failing is what these examples give in place of a *testing.T.
type failing struct{}

func (failing) Helper() {}

func (failing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// echo is the code under test: it sends back what it gets.
func echo(c net.Conn) {
	server, err := ws.NewConn(c, ws.RoleServer, ws.Agreement{}, nil)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	for m, err := range server.Messages(ctx) {
		if err != nil || server.Write(ctx, m.Type, m.Data) != nil {
			return
		}
	}
}

func ExamplePipe() {
	a, b := wstest.Pipe()
	_, _ = a.Write([]byte("Hello"))
	_, _ = b.Write([]byte("Hello yourself")) // both may write before either reads
	_ = a.CloseWrite()

	got, err := io.ReadAll(b)
	fmt.Printf("%s %v\n", got, err)
	fmt.Println(a.Unread(), "octets for the other end")
	// Output:
	// Hello <nil>
	// 14 octets for the other end
}

// Two connections that talk to each other.
func ExamplePipe_connections() {
	a, b := wstest.Pipe()
	server, _ := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, nil)
	client, _ := ws.NewConn(b, ws.RoleClient, ws.Agreement{}, nil)
	ctx := context.Background()

	_ = client.Write(ctx, ws.Text, []byte("Hello"))
	t, p, err := server.Read(ctx)
	fmt.Printf("%v %s %v\n", t, p, err)

	_ = client.CloseNow()
	_ = server.CloseNow()
	// Output: text Hello <nil>
}

func ExampleNewPipe() {
	a, _ := wstest.NewPipe(wstest.PipeOptions{Size: 4})
	_ = a.SetWriteDeadline(time.Now()) // nobody reads, so no more than 4 octets go out

	n, err := a.Write([]byte("Hello"))
	fmt.Println(n, errors.Is(err, os.ErrDeadlineExceeded))
	// Output: 0 true
}

func ExamplePipeEnd_Reset() {
	a, b := wstest.Pipe()
	_, _ = a.Write([]byte("never read"))
	a.Reset()
	_, err := b.Read(make([]byte, 10))
	fmt.Println(err)
	// Output: wstest: connection reset
}

// An opening handshake without a network.
func ExampleListen() {
	l := wstest.Listen()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		server, err := ws.Upgrade(context.Background(), c, nil)
		if err == nil {
			_ = server.Close(ws.StatusGoingAway, "not now")
		}
	}()

	client, _, err := ws.Dial(context.Background(), "ws://example.com/", &ws.DialOptions{NetDial: l.Dial})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = client.Read(context.Background())
	fmt.Println(err)
	// Output: ws: connection closed by the peer: 1001 going away: "not now"
}

func ExampleNewPeer() {
	a, b := wstest.Pipe()
	go echo(a)

	peer := wstest.NewPeer(failing{}, b, ws.RoleClient) // in a test: t
	peer.Send(wstest.Text("Hel").More(), wstest.Ping("in between"), wstest.Continuation("lo"))
	peer.Expect(wstest.Pong("in between"))
	peer.ExpectMessage(wstest.Text("Hello"))

	peer.Send(wstest.Text("\xff"))
	peer.ExpectClose(ws.StatusInvalidPayload)
	peer.ExpectEOF()
	fmt.Println("as it should be")
	// Output: as it should be
}

func ExampleScript() {
	script := wstest.Script{
		wstest.Send(wstest.Text("Hello")),
		wstest.Expect(wstest.Text("Hello")),
		wstest.Send(wstest.Close(ws.StatusNormalClosure, "")),
		wstest.ExpectClose(ws.StatusGoingAway),
	}
	fmt.Println(len(script.Octets(ws.RoleClient)), "octets are sent in")
	fmt.Print(script)

	a, b := wstest.Pipe()
	go echo(a)
	fmt.Println(script.Play(b, ws.RoleClient))
	// Output:
	// 19 octets are sent in
	// send text "Hello"
	// expect text "Hello"
	// send close 1000
	// expect close 1001
	// wstest: step 4, expect close 1001: got close 1000
}

// Messages of permessage-deflate: the second one refers to the first.
func ExampleCompressor() {
	var c wstest.Compressor
	first, second := c.Compress(wstest.Text("Hello, Hello")), c.Compress(wstest.Text("Hello, Hello"))
	fmt.Println(len(second.Payload) < len(first.Payload))

	a, b := wstest.Pipe()
	client := wstest.NewPeer(failing{}, a, ws.RoleClient)
	server := wstest.NewPeer(failing{}, b, ws.RoleServer)
	client.Send(first)
	client.Send(second.Cut(1)...)
	server.ExpectCompressed(wstest.Text("Hello, Hello"))
	server.ExpectTakeover(wstest.Text("Hello, Hello"))
	client.Send(wstest.Text("Hello, Hello"))
	err := wstest.Script{wstest.ExpectCompressed(wstest.Text("Hello, Hello"))}.Play(b, ws.RoleServer)
	fmt.Println(err)
	// Output:
	// true
	// wstest: step 1, expect compressed text "Hello, Hello": message is not compressed: got text "Hello, Hello"
}

func ExampleDecompressor() {
	var d wstest.Decompressor
	for _, payload := range []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"} {
		fmt.Println(d.Decompress(wstest.Text(payload).WithRSV(0x40)))
	}
	// Output:
	// text "Hello" <nil>
	// text "Hello" <nil>
}

func ExampleFrame_Compressed() {
	f := wstest.Text("Hello").Compressed()
	fmt.Printf("% x\n", f.Append(nil, ws.RoleServer, 0))
	fmt.Println(f.Decompressed())
	_, err := f.More().Decompressed()
	fmt.Println(err)
	// Output:
	// c1 07 f2 48 cd c9 c9 07 00
	// text "Hello" <nil>
	// compressed message: not whole: more fragments follow
}

func ExampleFrame_Cut() {
	for _, f := range wstest.Text("Hello").WithRSV(0x40).Cut(2, 0) {
		fmt.Println(f)
	}
	// Output:
	// text (more follows) rsv 0x40 "He"
	// continuation (more follows) ""
	// continuation "llo"
}

func ExampleExpectTakeover() {
	fmt.Println(wstest.ExpectTakeover(wstest.Text("Hello")))
	fmt.Println(wstest.ExpectCompressed(wstest.Text("Hello")))
	// Output:
	// expect with context takeover text "Hello"
	// expect compressed text "Hello"
}

// A peer that dies at every octet of what it sends.
func ExampleFaulty() {
	script := wstest.Script{wstest.Send(wstest.Text("Hello"))}
	for n := range len(script.Octets(ws.RoleClient)) {
		a, b := wstest.Pipe()
		fault := wstest.Fault{Kind: wstest.FaultHangup, After: int64(n)}
		err := script.Play(wstest.Faulty(b, wstest.Faults{Write: fault}), ws.RoleClient)
		if !errors.Is(err, wstest.ErrFault) {
			fmt.Println(err)
		}

		server, _ := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, nil)
		_, _, err = server.Read(context.Background())
		if ws.CloseStatus(err) != ws.StatusAbnormalClosure {
			fmt.Println(err)
		}
	}
	fmt.Println("1006 every time")
	// Output: 1006 every time
}

func ExampleIllegal() {
	for _, c := range wstest.Illegal(ws.RoleServer) {
		if c.Name != "text: surrogate" {
			continue
		}
		r := protocol.NewReceiver(protocol.Rules{Role: ws.RoleServer})
		_, _, err := r.Next(c.Octets(ws.RoleServer)[:c.Decided])
		fmt.Println(c.Frames)
		fmt.Println(err)
		fmt.Println(c.Err.Token, c.Err.Code)
	}
	// Output:
	// [text "\xed\xa0\x80"]
	// text is not UTF-8 (RFC 6455 section 8.1)
	// invalid-utf8 1007 invalid payload data
}

func ExampleFrame() {
	// A server may not mask, and nobody may fragment a Ping.
	f := wstest.Ping("x").More().WithKey([4]byte{0x37, 0xfa, 0x21, 0x3d})
	fmt.Printf("% x\n", f.Append(nil, ws.RoleServer, 0))
	// A header that promises more than comes.
	fmt.Printf("% x\n", wstest.NewFrame(frame.OpBinary, nil).Declare(1<<40).Append(nil, ws.RoleServer, 0))
	// Output:
	// 09 81 37 fa 21 3d 4f
	// 82 7f 00 00 01 00 00 00 00 00
}
