package frame_test

import (
	"fmt"

	"longwire.example/ws/deflate"
	"longwire.example/ws/frame"
)

// inflater is an Inflater for a direction without context takeover.
type inflater struct{ deflate.Inflater }

func (z *inflater) Start() { z.Inflater.Start(deflate.MaxWindowBits, nil) }

// The compressed message of RFC 7692 section 7.2.3.1, in two frames.
func ExampleInflater() {
	a := frame.Annotator{Deflate: true, Inflater: &inflater{}}
	for wire := []byte{0x41, 3, 0xf2, 0x48, 0xcd, 0x80, 4, 0xc9, 0xc9, 0x07, 0x00}; len(wire) > 0; {
		an, n, ok := a.Next(wire)
		if wire = wire[n:]; ok {
			fmt.Printf("%d octets give %d, %q\n", an.Received, an.InflatedLength, an.Inflated)
		}
	}
	// Output:
	// 3 octets give 2, "He"
	// 4 octets give 3, "llo"
}
