package deflate_test

import (
	"errors"
	"fmt"

	"longwire.example/ws/deflate"
)

// A message in two frames, inflated into a buffer that is smaller than it: the
// octets are given as they come, and what is full is emptied.
func ExampleInflater() {
	frames := []string{"\xf2\x48\xcd", "\xc9\xc9\x07\x00"} // RFC 7692 section 7.2.3.1
	dst := make([]byte, 4)

	var z deflate.Inflater
	z.Start(deflate.MaxWindowBits, nil)
	for i, frame := range frames {
		for src := []byte(frame); ; {
			n, read, done, err := z.Inflate(dst, src, i == len(frames)-1)
			src = src[read:]
			fmt.Printf("%q done=%t err=%v\n", dst[:n], done, err)
			if n < len(dst) || done || err != nil {
				break
			}
		}
	}
	// Output:
	// "He" done=false err=<nil>
	// "llo" done=true err=<nil>
}

// Context takeover: the second message refers to the first (RFC 7692 section
// 7.2.3.2). Between the two there is only the window.
func ExampleInflater_Start() {
	w := deflate.NewWindow(deflate.MaxWindowBits)
	dst := make([]byte, 64)
	for _, message := range []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"} {
		var z deflate.Inflater
		z.Start(deflate.MaxWindowBits, w)
		n, _, done, err := z.Inflate(dst, []byte(message), true)
		fmt.Printf("%s %t %v, window %d\n", dst[:n], done, err, w.Len())
	}
	// Output:
	// Hello true <nil>, window 5
	// Hello true <nil>, window 10
}

// What is wrong is told with what came before it.
func ExampleInflater_Inflate() {
	var z deflate.Inflater
	z.Start(deflate.MaxWindowBits, nil)
	dst := make([]byte, 64)
	// A stored block with "Hello", then one of type 3.
	n, _, _, err := z.Inflate(dst, []byte("\x00\x05\x00\xfa\xffHello\x06"), true)
	fmt.Printf("%s: %v\n", dst[:n], err)
	fmt.Println(errors.Is(err, deflate.ErrBlockType))
	// Output:
	// Hello: reserved block type (RFC 1951 section 3.2.3)
	// true
}

// The ratio of what was written and read so far can be limited while a message
// is inflated: 28 octets that say 10,000 are stopped after the first 256.
func ExampleInflater_OutputOffset() {
	bomb := []byte("\xec\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xac\xef\x5f\xc2\x1c\x6e\x40\x01\x00\x00\x00\x00\x00\x00\x00\x00\xc0\xbf\x01")
	var z deflate.Inflater
	z.Start(deflate.MaxWindowBits, nil)
	dst := make([]byte, 256)
	for {
		n, read, done, err := z.Inflate(dst, bomb, true)
		bomb = bomb[read:]
		if done || err != nil {
			fmt.Println(done, err)
			return
		}
		if z.OutputOffset() > 10*z.InputOffset() {
			fmt.Printf("%d octets, then too much: %d for %d\n", n, z.OutputOffset(), z.InputOffset())
			return
		}
	}
	// Output: 256 octets, then too much: 256 for 17
}

func ExampleInflater_InputOffset() {
	var z deflate.Inflater
	z.Start(deflate.MaxWindowBits, nil)
	dst := make([]byte, 2)
	message := []byte("\x00\x05\x00\xfa\xffHello\x00")
	_, _, _, _ = z.Inflate(dst, message, true)
	fmt.Printf("%s: %d of %d octets\n", dst, z.InputOffset(), len(message))
	// Output: He: 7 of 11 octets
}

// A window has no more memory than it needs until it is full, and keeps it when
// it is emptied.
func ExampleWindow() {
	w := deflate.NewWindow(10)
	fmt.Println(w.Len(), w.Cap())
	var z deflate.Inflater
	dst := make([]byte, 64)
	for range 100 {
		z.Start(10, w)
		_, _, _, _ = z.Inflate(dst, []byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), true)
	}
	fmt.Println(w.Len(), w.Cap())
	w.Reset()
	fmt.Println(w.Len(), w.Cap())
	// Output:
	// 0 0
	// 500 512
	// 0 512
}

func ExampleError() {
	fmt.Println(deflate.ErrDistance)
	fmt.Println(deflate.ErrDistance.Token, deflate.ErrDistance.Section)
	// Output:
	// distance goes back beyond the window (RFC 7692 section 7.2.1)
	// distance RFC 7692 section 7.2.1
}
