package ws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// connected gives both ends of a connection in memory.
func connected() (server, client *ws.Conn) {
	a, b := wstest.Pipe()
	server, _ = ws.NewConn(a, ws.RoleServer, ws.Agreement{}, nil)
	client, _ = ws.NewConn(b, ws.RoleClient, ws.Agreement{}, nil)
	return server, client
}

func ExampleNewConn() {
	a, b := wstest.Pipe() // or any io.ReadWriteCloser after the opening handshake
	server, err := ws.NewConn(a, ws.RoleServer, ws.Agreement{Subprotocol: "chat"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, _ := ws.NewConn(b, ws.RoleClient, ws.Agreement{Subprotocol: "chat"}, nil)
	defer client.CloseNow()
	defer server.CloseNow()
	fmt.Println(server.Role(), server.Subprotocol(), client.Role(), client.Info().Subprotocol)
	// Output: server chat client chat
}

func ExampleConn_Read() {
	server, client := connected()
	defer server.CloseNow()
	ctx := context.Background()
	_ = client.Write(ctx, ws.Text, []byte("Hello"))
	typ, p, err := server.Read(ctx)
	fmt.Println(typ, string(p), err)
	// Output: text Hello <nil>
}

func ExampleConn_ReadInto() {
	server, client := connected()
	defer server.CloseNow()
	ctx := context.Background()
	buf := make([]byte, 0, 4096)
	for _, s := range []string{"one", "two"} {
		_ = client.Write(ctx, ws.Binary, []byte(s))
		_, p, err := server.ReadInto(ctx, buf[:0]) // the same memory each time
		fmt.Println(string(p), err)
	}
	// Output:
	// one <nil>
	// two <nil>
}

func ExampleConn_Reader() {
	server, client := connected()
	defer server.CloseNow()
	ctx := context.Background()
	go func() { _ = client.Write(ctx, ws.Binary, make([]byte, 100_000)) }()
	typ, r, err := server.Reader(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := io.Copy(io.Discard, r)
	fmt.Println(typ, n, err)
	// Output: binary 100000 <nil>
}

// A Reader whose context ended goes on with another one.
func ExampleReader_SetContext() {
	server, client := connected()
	defer server.CloseNow()
	w, _ := client.Writer(context.Background(), ws.Text)
	_, _ = w.Write([]byte("half"))
	_ = w.Flush()

	ctx, cancel := context.WithCancel(context.Background())
	_, r, _ := server.Reader(ctx)
	p := make([]byte, 100)
	n, _ := r.Read(p)
	fmt.Println(string(p[:n]))
	cancel()
	_, err := r.Read(p)
	fmt.Println(err)

	_, _ = w.Write([]byte(" and half"))
	_ = w.Close()
	r.SetContext(context.Background())
	rest, err := io.ReadAll(r)
	fmt.Println(string(rest), err)
	// Output:
	// half
	// context canceled
	//  and half <nil>
}

func ExampleReader_Read() {
	server, client := connected()
	defer server.CloseNow()
	_ = client.Write(context.Background(), ws.Text, []byte("Hello"))
	_, r, _ := server.Reader(context.Background())
	p := make([]byte, 3)
	n, err := r.Read(p)
	fmt.Println(string(p[:n]), err)
	n, err = r.Read(p)
	fmt.Println(string(p[:n]), err)
	_, err = r.Read(p)
	fmt.Println(err)
	// Output:
	// Hel <nil>
	// lo <nil>
	// EOF
}

func ExampleConn_Messages() {
	server, client := connected()
	ctx := context.Background()
	go func() {
		_ = client.Write(ctx, ws.Text, []byte("Hello"))
		_ = client.Write(ctx, ws.Binary, []byte{1, 2, 3})
		_ = client.Close(ws.StatusNormalClosure, "")
	}()
	for m, err := range server.Messages(ctx) {
		if err != nil {
			fmt.Println(err) // not for the normal ends
			return
		}
		fmt.Println(m.Type, len(m.Data)) // m.Data is valid until the loop goes on
	}
	fmt.Println("closed")
	// Output:
	// text 5
	// binary 3
	// closed
}

func ExampleConn_Write() {
	server, client := connected()
	defer server.CloseNow()
	ctx := context.Background()
	fmt.Println(server.Write(ctx, ws.Text, []byte("Hello")))
	_, p, _ := client.Read(ctx)
	fmt.Println(string(p))
	// Output:
	// <nil>
	// Hello
}

func ExampleConn_Writev() {
	server, client := connected()
	defer server.CloseNow()
	ctx := context.Background()
	_ = server.Writev(ctx, ws.Text, []byte(`{"data":`), []byte(`[1,2]`), []byte(`}`))
	_, p, _ := client.Read(ctx)
	fmt.Println(string(p))
	// Output: {"data":[1,2]}
}

func ExampleConn_Writer() {
	server, client := connected()
	defer server.CloseNow()
	ctx := context.Background()
	w, err := server.Writer(ctx, ws.Text)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprintf(w, "%d, ", 1)
	_ = w.Flush() // one fragment
	fmt.Fprint(w, "2")
	_ = w.Close() // another, and the end of the message
	_, p, _ := client.Read(ctx)
	fmt.Println(string(p))
	// Output: 1, 2
}

func ExampleWriter_Write() {
	server, client := connected()
	defer server.CloseNow()
	w, _ := server.Writer(context.Background(), ws.Binary)
	n, err := w.Write(make([]byte, 40_000)) // a fragment of 32 KiB goes out
	fmt.Println(n, err)
	_ = w.Close()
	_, p, _ := client.Read(context.Background())
	fmt.Println(len(p))
	_, err = w.Write([]byte("more"))
	fmt.Println(err)
	// Output:
	// 40000 <nil>
	// 40000
	// ws: write to a closed message writer
}

func ExampleWriter_Flush() {
	server, client := connected()
	defer server.CloseNow()
	w, _ := server.Writer(context.Background(), ws.Text)
	_, _ = w.Write([]byte("first"))
	_ = w.Flush()
	_, r, _ := client.Reader(context.Background())
	p := make([]byte, 10)
	n, _ := r.Read(p)
	fmt.Println(string(p[:n]), "is there before the message is whole")
	// Output: first is there before the message is whole
}

func ExampleWriter_Close() {
	server, client := connected()
	defer server.CloseNow()
	w, _ := server.Writer(context.Background(), ws.Text)
	fmt.Println(w.Close()) // an empty message
	_, p, err := client.Read(context.Background())
	fmt.Println(len(p), err)
	// Output:
	// <nil>
	// 0 <nil>
}

func ExampleNewPrepared() {
	m, err := ws.NewPrepared(ws.Text, []byte("to all"))
	fmt.Println(err)
	ctx := context.Background()
	for range 3 {
		server, client := connected()
		_ = server.WritePrepared(ctx, m) // encoded once
		_, p, _ := client.Read(ctx)
		fmt.Println(string(p))
		server.CloseNow()
	}
	// Output:
	// <nil>
	// to all
	// to all
	// to all
}

func ExampleConn_WritePrepared() {
	server, client := connected()
	defer server.CloseNow()
	m, _ := ws.NewPrepared(ws.Binary, []byte{1, 2, 3})
	fmt.Println(server.WritePrepared(context.Background(), m))
	_, p, _ := client.Read(context.Background())
	fmt.Println(p)
	// Output:
	// <nil>
	// [1 2 3]
}

// TryWrite never blocks: when the peer takes nothing, the queue fills.
func ExampleConn_TryWrite() {
	a, b := wstest.NewPipe(wstest.PipeOptions{Size: 1})
	server, _ := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, &ws.Options{QueueMessages: 10})
	defer server.CloseNow()
	_ = server.TryWrite(ws.Text, make([]byte, 10_000))
	_, _ = b.Read(make([]byte, 1)) // it is on its way now, and nobody reads more of it
	for {
		err := server.TryWrite(ws.Text, make([]byte, 10_000))
		if errors.Is(err, ws.ErrBackpressure) {
			fmt.Println(err)
			break
		}
	}
	messages, octets := server.Buffered()
	fmt.Println(messages, octets)
	// Output:
	// ws: the connection's queue is full
	// 10 100000
}

func ExampleConn_TryWritePrepared() {
	server, client := connected()
	defer server.CloseNow()
	m, _ := ws.NewPrepared(ws.Text, []byte("news"))
	fmt.Println(server.TryWritePrepared(m))
	_, p, _ := client.Read(context.Background())
	fmt.Println(string(p))
	// Output:
	// <nil>
	// news
}

func ExampleConn_Buffered() {
	server, client := connected()
	defer server.CloseNow()
	_ = server.TryWrite(ws.Text, []byte("soon"))
	_, _, _ = client.Read(context.Background())
	_ = server.Write(context.Background(), ws.Text, nil) // behind what was queued
	fmt.Println(server.Buffered())
	// Output: 0 0
}

func ExampleConn_Ping() {
	server, client := connected()
	defer server.CloseNow()
	server.Discard() // something has to read on both sides
	client.Discard()
	rtt, err := server.Ping(context.Background())
	fmt.Println(rtt > 0, err)
	// Output: true <nil>
}

// A connection that only writes still has to answer Pings and the peer's
// Close.
func ExampleConn_Discard() {
	server, client := connected()
	ctx := server.Discard()
	_ = client.Write(ctx, ws.Text, []byte("unexpected"))
	<-ctx.Done()
	fmt.Println(ws.CloseStatus(context.Cause(ctx)))
	// Output: 1008 policy violation
}

func ExampleConn_Close() {
	server, client := connected()
	go func() {
		_, _, _ = server.Read(context.Background())
	}()
	fmt.Println(client.Close(ws.StatusNormalClosure, "done"))
	_, _, err := server.Read(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, net.ErrClosed))
	// Output:
	// <nil>
	// ws: connection closed by the peer: 1000 normal closure: "done"
	// true
}

func ExampleConn_CloseNow() {
	server, client := connected()
	server.CloseNow()
	_, _, err := client.Read(context.Background())
	fmt.Println(err)
	// Output: ws: connection failed: 1006 abnormal closure: ws: the transport ended without a close frame
}

func ExampleConn_Context() {
	server, client := connected()
	ctx := server.Context()
	server.Discard()
	_ = client.Close(4000, "over")
	<-ctx.Done()
	fmt.Println(context.Cause(ctx))
	// Output: ws: connection closed by the peer: 4000 private use: "over"
}

// A deadline that passes leaves the connection usable.
func ExampleConn_SetReadDeadline() {
	server, client := connected()
	defer server.CloseNow()
	_ = server.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, _, err := server.Read(context.Background())
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))

	_ = server.SetReadDeadline(time.Time{})
	_ = client.Write(context.Background(), ws.Text, []byte("late"))
	_, p, err := server.Read(context.Background())
	fmt.Println(string(p), err)
	// Output:
	// true
	// late <nil>
}

func ExampleConn_SetWriteDeadline() {
	server, client := connected()
	defer client.CloseNow()
	_ = server.SetWriteDeadline(time.Now().Add(time.Millisecond))
	err := server.Write(context.Background(), ws.Binary, make([]byte, 64<<20)) // nobody reads
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	// Output: true
}

func ExampleCloseStatus() {
	err := fmt.Errorf("reading: %w", &ws.CloseError{Code: ws.StatusGoingAway, Remote: true})
	fmt.Println(ws.CloseStatus(err) == ws.StatusGoingAway, ws.CloseStatus(io.EOF))
	// Output: true 0 not used
}

func ExampleCloseError() {
	server, client := connected()
	go client.Close(ws.StatusPolicyViolation, "rate limit")
	_, _, err := server.Read(context.Background())
	if e, ok := errors.AsType[*ws.CloseError](err); ok {
		fmt.Printf("%d %q by the peer: %t\n", e.Code, e.Reason, e.Remote)
	}
	// Output: 1008 "rate limit" by the peer: true
}
