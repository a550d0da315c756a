package frame

import "math/bits"

// Key is a masking key (section 5.3): the four octets in wire order as a
// little-endian number, so it stays in a register. Octet i of the key is
// byte(k >> (8 * i)).
type Key uint32

// XOR masks or unmasks b in place; doing it twice gives b back. It returns the
// key for the octets that follow b, so a payload may come in pieces of any
// length.
func (k Key) XOR(b []byte) Key {
	// A zero key changes nothing.
	if k != 0 {
		mask(b, b, uint32(k))
	}
	return k.rotate(len(b))
}

// XORCopy masks or unmasks src into dst, which leaves src as it is. It handles
// as many octets as the shorter of the two has, like copy, and returns the key
// for the octets that follow. With the zero key it is a copy. dst and src must
// be the same octets or not overlap.
func (k Key) XORCopy(dst, src []byte) Key {
	n := min(len(dst), len(src))
	if k == 0 {
		copy(dst, src)
		return 0
	}
	mask(dst[:n], src[:n], uint32(k))
	return k.rotate(n)
}

// rotate moves the key on by n octets: octet 0 of the result is octet n mod 4.
func (k Key) rotate(n int) Key {
	return Key(bits.RotateLeft32(uint32(k), -8*(n&3)))
}
