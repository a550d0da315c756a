package parser_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"longwire.example/sse/parser"
)

// printTokens gives octets to p and prints the tokens.
func printTokens(p *parser.Parser, octets string) {
	for src := []byte(octets); ; {
		tok, n, ok, err := p.Next(src)
		if err != nil {
			fmt.Println(err)
			return
		}
		if !ok {
			return
		}
		src = src[n:]
		switch tok.Kind {
		case parser.KindEvent:
			fmt.Printf("event type=%q data=%q id=%q\n", tok.Type, tok.Data, tok.ID)
		case parser.KindComment:
			fmt.Printf("comment %q\n", tok.Comment)
		case parser.KindRetry:
			fmt.Println("retry", tok.Retry)
		case parser.KindID:
			fmt.Printf("id %q\n", tok.ID)
		}
	}
}

func ExampleNew() {
	p := parser.New(parser.Config{LastEventID: "41", Comments: true})
	printTokens(p, ": welcome\n\ndata: hello\n\n")
	// Output:
	// comment "welcome"
	// event type="" data="hello" id="41"
}

// The tokens come as soon as their last octet is there, wherever the stream is
// cut.
func ExampleParser_Next() {
	p := parser.New(parser.Config{})
	for _, chunk := range []string{"retry: 500\nev", "ent: greeting\r", "\nid: 7\r\ndata: hel", "lo\ndata: world\r\n\r", "\nid: 8\n\n", "data: more\n\n"} {
		fmt.Printf("%q\n", chunk)
		for src := []byte(chunk); len(src) > 0; {
			tok, n, ok, err := p.Next(src)
			if err != nil {
				fmt.Println(err)
				return
			}
			src = src[n:]
			if ok {
				fmt.Printf("  %v type=%q data=%q id=%q %v\n", tok.Kind, tok.Type, tok.Data, tok.ID, tok.Retry)
			}
		}
	}
	// Output:
	// "retry: 500\nev"
	//   retry type="" data="" id="" 500ms
	// "ent: greeting\r"
	// "\nid: 7\r\ndata: hel"
	// "lo\ndata: world\r\n\r"
	//   event type="greeting" data="hello\nworld" id="7" 0s
	// "\nid: 8\n\n"
	//   id type="" data="" id="8" 0s
	// "data: more\n\n"
	//   event type="" data="more" id="8" 0s
}

// An event that the end of the stream cuts off is not given.
func ExampleParser_Close() {
	p := parser.New(parser.Config{})
	printTokens(p, "data: all of it\n\n")
	fmt.Println(p.Close())
	printTokens(p, "data: half of i")
	fmt.Println(p.Close())
	// Output:
	// event type="" data="all of it" id=""
	// <nil>
	// sse: the stream ends inside an event, after 9 octets of it
}

// A Parser goes on with the next response of a stream.
func ExampleParser_Reset() {
	p := parser.New(parser.Config{})
	printTokens(p, "retry: 100\nid: 7\ndata: hello\n\nid: 8\ndata: cut o")
	p.Reset(p.LastEventID())
	printTokens(p, "data: again\n\n")
	fmt.Println(p.Retry())
	// Output:
	// retry 100ms
	// event type="" data="hello" id="7"
	// event type="" data="again" id="7"
	// 100ms true
}

func ExampleParser_LastEventID() {
	p := parser.New(parser.Config{LastEventID: "6"})
	printTokens(p, "id: 7\ndata: hello\n")
	fmt.Println(p.LastEventID()) // no blank line yet
	printTokens(p, "\n")
	fmt.Println(p.LastEventID())
	// Output:
	// 6
	// event type="" data="hello" id="7"
	// 7
}

func ExampleParser_Retry() {
	p := parser.New(parser.Config{})
	fmt.Println(p.Retry())
	printTokens(p, "retry: soon\nretry: 2500\n")
	fmt.Println(p.Retry())
	// Output:
	// 0s false
	// retry 2.5s
	// 2.5s true
}

func ExampleKind_String() {
	fmt.Println(parser.KindEvent, parser.KindComment, parser.KindRetry, parser.KindID)
	// Output: event comment retry id
}

// Lines of the data that look like fields are data all the same.
func ExampleAppendEvent() {
	stream, err := parser.AppendEvent(nil, parser.Event{
		Type:  "greeting",
		Data:  "hello\r\nid: 666\n\nworld",
		ID:    "7",
		Retry: 2 * time.Second,
	})
	fmt.Println(strings.ReplaceAll(string(stream), " \n", " $\n"), err)
	printTokens(parser.New(parser.Config{}), string(stream))
	// Output:
	// retry: 2000
	// event: greeting
	// id: 7
	// data: hello
	// data: id: 666
	// data: $
	// data: world
	//
	//  <nil>
	// retry 2s
	// event type="greeting" data="hello\nid: 666\n\nworld" id="7"
}

func ExampleAppendComment() {
	fmt.Printf("%q\n", parser.AppendComment(nil, ""))
	fmt.Printf("%q\n", parser.AppendComment(nil, "two\nlines"))
	// Output:
	// ":\n"
	// ": two\n: lines\n"
}

func ExampleAppendRetry() {
	fmt.Printf("%q\n", must(parser.AppendRetry(nil, 1500*time.Millisecond)))
	_, err := parser.AppendRetry(nil, 0)
	fmt.Println(err)
	// Output:
	// "retry: 1500\n\n"
	// sse: retry: zero
}

func ExampleAppendID() {
	fmt.Printf("%q\n", must(parser.AppendID(nil, "7")))
	fmt.Printf("%q\n", must(parser.AppendID(nil, ""))) // no last event ID from here on
	// Output:
	// "id: 7\n\n"
	// "id\n\n"
}

func must(block []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return block
}

func ExampleCheckID() {
	fmt.Println(parser.CheckID("5f2a-17"))
	fmt.Println(parser.CheckID("17\r\nSet-Cookie: a=b"))
	// Output:
	// <nil>
	// sse: id: octet 2 is the control character CR, which can't come back in a header
}

func ExampleFieldError() {
	block, err := parser.AppendEvent(nil, parser.Event{Type: "a\ndata: b", Data: "c"})
	if wrong, ok := errors.AsType[*parser.FieldError](err); ok {
		fmt.Println(wrong.Field, wrong.Index, wrong.Text)
	}
	fmt.Println(err, len(block))
	// Output:
	// event 1 is LF
	// sse: event: octet 1 is LF 0
}

func ExampleLimitError() {
	p := parser.New(parser.Config{MaxEventBytes: 1 << 10})
	chunk := []byte("data: and on, and on\n")
	for octets := 0; ; octets += len(chunk) {
		if _, _, _, err := p.Next(chunk); err != nil {
			var limit *parser.LimitError
			fmt.Println(errors.As(err, &limit), octets)
			fmt.Println(err)
			return
		}
	}
	// Output:
	// true 1428
	// sse: an event has more than 1024 octets
}

func ExampleIncompleteError() {
	p := parser.New(parser.Config{})
	printTokens(p, "data: the answer is 4")
	if cut, ok := errors.AsType[*parser.IncompleteError](p.Close()); ok {
		fmt.Println("lost octets:", cut.Octets)
	}
	// Output:
	// lost octets: 15
}
