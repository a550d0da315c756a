package frame

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// notASCII has the bit of each octet that ASCII never sets.
const notASCII = 0x8080808080808080

// pass is how many octets are unmasked before the same octets are validated:
// few enough to be in the cache still.
const pass = 4096

// checkWords gives an index in b, 0 to len(b): what is before it is whole code
// points; what is at or behind it has yet to be scanned, because it is half a
// code point or something is wrong with it. It is the portable twin of the
// assembly.
func checkWords(b []byte) int {
	if len(b) < vectorMin && (ascii(b) || utf8.Valid(b)) {
		return len(b)
	}
	end := whole(b)
	if !utf8.Valid(b[:end]) {
		return 0
	}
	return end
}

// unmaskWords is checkWords for what it unmasks, in place. If something is
// wrong it may leave octets as they were, all behind what is wrong.
func unmaskWords(b []byte, k Key) (good int) {
	if len(b) < vectorMin {
		if unmaskShort(b, uint32(k)) {
			return len(b)
		}
		if utf8.Valid(b) {
			return len(b)
		}
		return checkWords(b)
	}
	for done := 0; done < len(b); {
		next := b[done:min(done+pass, len(b))]
		k = k.XOR(next)
		done += len(next)
		// A code point that the end of a pass cuts in half is left to the next.
		end := good + whole(b[good:done])
		if !utf8.Valid(b[good:end]) {
			return good
		}
		good = end
	}
	return good
}

// ascii reports whether b, shorter than vectorMin, is all ASCII.
func ascii(b []byte) bool {
	var all uint64
	switch {
	case len(b) >= 16:
		all = binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[len(b)-16:]) | binary.LittleEndian.Uint64(b[len(b)-8:])
	case len(b) >= 8:
		all = binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[len(b)-8:])
	case len(b) >= 4:
		all = uint64(binary.LittleEndian.Uint32(b) | binary.LittleEndian.Uint32(b[len(b)-4:]))
	default:
		for _, c := range b {
			all |= uint64(c)
		}
	}
	return all&notASCII == 0
}

// unmaskShort unmasks b, shorter than vectorMin, as [maskWords] does, and
// reports whether it is all ASCII then.
func unmaskShort(b []byte, key uint32) bool {
	k := uint64(key)<<32 | uint64(key)
	turned := bits.RotateLeft64(k, -8*(len(b)&3))
	var all uint64
	switch {
	case len(b) >= 16:
		w0 := binary.LittleEndian.Uint64(b) ^ k
		w1 := binary.LittleEndian.Uint64(b[8:]) ^ k
		w2 := binary.LittleEndian.Uint64(b[len(b)-16:]) ^ turned
		w3 := binary.LittleEndian.Uint64(b[len(b)-8:]) ^ turned
		binary.LittleEndian.PutUint64(b, w0)
		binary.LittleEndian.PutUint64(b[8:], w1)
		binary.LittleEndian.PutUint64(b[len(b)-16:], w2)
		binary.LittleEndian.PutUint64(b[len(b)-8:], w3)
		all = w0 | w1 | w2 | w3
	case len(b) >= 8:
		w0 := binary.LittleEndian.Uint64(b) ^ k
		w1 := binary.LittleEndian.Uint64(b[len(b)-8:]) ^ turned
		binary.LittleEndian.PutUint64(b, w0)
		binary.LittleEndian.PutUint64(b[len(b)-8:], w1)
		all = w0 | w1
	case len(b) >= 4:
		w0 := binary.LittleEndian.Uint32(b) ^ key
		w1 := binary.LittleEndian.Uint32(b[len(b)-4:]) ^ uint32(turned)
		binary.LittleEndian.PutUint32(b, w0)
		binary.LittleEndian.PutUint32(b[len(b)-4:], w1)
		all = uint64(w0 | w1)
	default:
		for i := range b {
			b[i] ^= byte(k)
			all |= uint64(b[i])
			k >>= 8
		}
	}
	return all&notASCII == 0
}
