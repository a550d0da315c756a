package ssetest_test

import (
	"errors"
	"fmt"
	"io"

	"longwire.example/sse/ssetest"
)

// Every way to cut a stream has to give the same events.
func ExampleSplits() {
	for pieces := range ssetest.Splits([]byte("ab"), 2) {
		fmt.Printf("%q\n", pieces)
	}
	// Output:
	// ["" "ab"]
	// ["a" "b"]
	// ["ab" ""]
}

func ExampleReader() {
	r := ssetest.Reader([]byte("data: Hel"), []byte("lo\n\n"))
	r.End = errors.New("connection reset")
	b := make([]byte, 100)
	for {
		n, err := r.Read(b)
		fmt.Printf("%q %v\n", b[:n], err)
		if err != nil {
			break
		}
	}
	// Output:
	// "data: Hel" <nil>
	// "lo\n\n" <nil>
	// "" connection reset
}

// A reader may give its end with its last octets, and clients have to bear it.
func ExamplePieceReader() {
	r := &ssetest.PieceReader{Pieces: [][]byte{[]byte("data: Hello\n\n")}, Together: true}
	b := make([]byte, 100)
	n, err := r.Read(b)
	fmt.Printf("%q %t\n", b[:n], errors.Is(err, io.EOF))
	// Output: "data: Hello\n\n" true
}
