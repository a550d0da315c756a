package deflate_test

import (
	"fmt"

	"longwire.example/ws/deflate"
)

// The same references with less memory between messages.
func ExampleEncoder_AppendWindow() {
	var e deflate.Encoder
	w := deflate.NewWindow(15)
	for range 2 {
		fmt.Printf("% x\n", e.AppendWindow(nil, w, []byte("Hello"), true))
	}
	// Output:
	// f2 48 cd c9 c9 07 00
	// 02 13 00 00
}

// What the peer got in another way can be referred to as well.
func ExampleWindow_Add() {
	var e deflate.Encoder
	w := deflate.NewWindow(15)
	w.Add([]byte("Hello"))
	fmt.Printf("%d octets: % x\n", w.Len(), e.AppendWindow(nil, w, []byte("Hello"), true))
	// Output: 5 octets: 02 13 00 00
}
