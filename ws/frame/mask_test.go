package frame_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// twins are the masking that is in use here and the portable one.
var twins = map[string]func(k frame.Key, dst, src []byte){
	"in use":   func(k frame.Key, dst, src []byte) { k.XORCopy(dst, src) },
	"portable": func(k frame.Key, dst, src []byte) { frame.MaskWords(dst, src, uint32(k)) },
}

// lengths has every length up to some blocks of the longest loop there is.
const lengths = 600

// Both twins are the byte loop at every address mod 64 and every length, and
// touch nothing else.
//
//req:test RFC6455-5.3-05
func TestMask_inPlace(t *testing.T) {
	plain := octets(lengths)
	want := masked(keyOctets, 0, plain)
	for name, mask := range twins {
		page := make([]byte, lengths+128)
		clean := bytes.Repeat([]byte{0xEE}, len(page))
		for at := range 64 {
			for n := range lengths + 1 {
				copy(page, clean)
				b := page[at : at+n]
				copy(b, plain)
				mask(key, b, b)
				if !bytes.Equal(b, want[:n]) || !bytes.Equal(page[:at], clean[:at]) || !bytes.Equal(page[at+n:], clean[at+n:]) {
					t.Fatalf("%s: %d octets at %d", name, n, at)
				}
			}
			if raced && at == 8 {
				break
			}
		}
	}
}

// The same for copies, at every two addresses mod 64 and lengths around the
// borders of every path.
//
//req:test RFC6455-5.3-05
func TestMask_copies(t *testing.T) {
	plain := octets(lengths)
	want := masked(keyOctets, 0, plain)
	for name, mask := range twins {
		to := make([]byte, lengths+128)
		from := make([]byte, lengths+128)
		clean := bytes.Repeat([]byte{0xEE}, len(to))
		for at := range 64 {
			for _, n := range []int{7, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 257, 288, 383, 384, 385, 600} {
				for src := range 64 {
					copy(to, clean)
					copy(from[src:], plain[:n])
					mask(key, to[at:at+n], from[src:src+n])
					if !bytes.Equal(to[at:at+n], want[:n]) || !bytes.Equal(to[:at], clean[:at]) || !bytes.Equal(to[at+n:], clean[at+n:]) {
						t.Fatalf("%s: %d octets from %d to %d", name, n, src, at)
					}
					if !bytes.Equal(from[src:src+n], plain[:n]) {
						t.Fatalf("%s: the source has changed", name)
					}
				}
			}
			if raced && at == 8 {
				break
			}
		}
	}
}

// Keys whose octets are alike in part would hide one that is turned wrongly;
// these would not.
func TestMask_keys(t *testing.T) {
	plain := octets(333)
	for _, o := range [][4]byte{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0xFF, 0x7F, 0x80, 1}} {
		k := frame.Key(o[0]) | frame.Key(o[1])<<8 | frame.Key(o[2])<<16 | frame.Key(o[3])<<24
		for n := range len(plain) {
			for name, mask := range twins {
				b := slices.Clone(plain[:n])
				mask(k, b, b)
				require.True(t, bytes.Equal(b, masked(o, 0, plain[:n])), "%s: key %x, %d octets", name, o, n)
			}
		}
	}
}
