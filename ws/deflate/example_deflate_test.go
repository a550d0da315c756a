package deflate_test

import (
	"fmt"

	"longwire.example/ws/deflate"
)

// The example of RFC 7692 section 7.2.3.1, and the same message again: with
// context takeover it refers to the first.
func ExampleEncoder_Append() {
	var e deflate.Encoder
	x := deflate.NewContext(15)
	for range 2 {
		fmt.Printf("% x\n", e.Append(nil, x, []byte("Hello"), true))
	}
	// Output:
	// f2 48 cd c9 c9 07 00
	// 02 13 00 00
}

// A message in two fragments: only the last one is without 00 00 FF FF (RFC 7692
// section 7.2.1).
func ExampleEncoder_Append_fragments() {
	var e deflate.Encoder
	x := deflate.NewContext(15)
	fmt.Printf("% x\n", e.Append(nil, x, []byte("Hel"), false))
	fmt.Printf("% x\n", e.Append(nil, x, []byte("lo"), true))
	// Output:
	// f2 48 cd 01 00 00 00 ff ff
	// ca c9 07 00
}

// Without context takeover there is nothing to keep.
func ExampleEncoder_AppendAlone() {
	var e deflate.Encoder
	for range 2 {
		fmt.Printf("% x\n", e.AppendAlone(nil, 15, []byte("Hello"), true))
	}
	// Output:
	// f2 48 cd c9 c9 07 00
	// f2 48 cd c9 c9 07 00
}

// The memory of a Context grows with what it holds.
func ExampleContext() {
	var e deflate.Encoder
	x := deflate.NewContext(12)
	for range 3 {
		fmt.Printf("%d octets in the window, %d octets of memory\n", x.Len(), x.Cap())
		e.Append(nil, x, make([]byte, 3000), true)
	}
	x.Reset()
	fmt.Println(x.Len())
	// Output:
	// 0 octets in the window, 0 octets of memory
	// 3000 octets in the window, 8192 octets of memory
	// 4096 octets in the window, 9216 octets of memory
	// 0
}

// A message that was deflated alone, once for many connections, goes into the
// window of each, since the peers have it there.
func ExampleContext_Add() {
	var e deflate.Encoder
	text := []byte("the same message for everybody")
	shared := e.AppendAlone(nil, 15, text, true)
	x := deflate.NewContext(15)
	x.Add(text)
	next := e.Append(nil, x, text, true)
	fmt.Println(len(shared), len(next))
	// Output:
	// 32 4
}

func ExampleNewCoder() {
	c, err := deflate.NewCoder(1, 15)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x\n", c.Append(nil, []byte("Hello"), true))
	_, err = deflate.NewCoder(1, 16)
	fmt.Println(err)
	// Output:
	// 00 05 00 fa ff 48 65 6c 6c 6f 00
	// deflate: a window of 16 bits is not between 8 and 15
}

func ExampleCoder_Reset() {
	c, err := deflate.NewCoder(6, 15)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := newCorpus(1).message("JSON", 400)
	first := len(c.Append(nil, m, true))
	again := len(c.Append(nil, m, true))
	c.Reset()
	fmt.Println(again < first/10, len(c.Append(nil, m, true)) == first)
	// Output: true true
}
