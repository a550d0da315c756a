//go:build amd64 && !purego

package frame

// What can be wrong with two octets in a row, one bit each. Every rule of the
// table of RFC 3629 section 4 but one is a rule about two neighbours; the one
// is how many continuation octets a long code point has.
const (
	tooShort   = 1 << iota // a code point begins, and the next octet doesn't go on with it
	tooLong                // ASCII, and a continuation octet after it
	longer3                // E0 80 to E0 9F: two octets would have done
	beyond                 // F4 90 and up, F5 90 and up, ...: over U+10FFFF
	surrogate              // ED A0 to ED BF: U+D800 to U+DFFF
	longer2                // C0 or C1, and a continuation octet: one would have done
	longer4                // F0 80 to F0 8F: three would have done; or F5 80, F6 80, ...
	continuing             // two continuation octets; an error unless a longer code point asks for it

	beyond1000 = longer4 // F5 80, F6 80, ...: told from F0 80 by the low half of the first octet
	always     = tooShort | tooLong | continuing
)

// utf8Tables is all that the assembly reads besides its arguments. It is a
// struct so that go_asm.h has the offsets by name.
type utf8Tables struct {
	// The three tables of 16 answer for half an octet each: which mistakes are
	// possible with this high half of an octet, this low half of it, and this
	// high half of the octet after it? A mistake is made if all three say so.
	//
	// ED A0, for example, is half a surrogate pair. E may be the beginning of a
	// longer form or of a surrogate, or be cut off. D leaves, of these, the
	// surrogate and being cut off, since longer forms have 0 there. A leaves the
	// surrogate, since a continuation octet cuts nothing off. With 9 in its
	// place nothing would be left: ED 9F is text.
	firstHigh, firstLow, secondHigh [16]byte

	// An octet less this, not below 0, has its top bit set if at least two
	// (three) continuation octets follow it: it is E0 (F0) or more.
	minus3, minus4 [4]uint64
	top            [4]uint64 // the top bit of each octet

	// An octet above this in the last three of a vector begins a code point
	// that goes on in the next vector.
	ends [4]uint64

	// Windows of 32 octets, to be read at an offset t of 0 to 31. In last, the
	// last t octets are set and the others are not. Shuffling a vector by shift
	// moves the last octets of its upper half up, so that octet t-1 of 32 comes
	// to be the last one; only the upper half of the result means anything.
	last  [8]uint64
	shift [8]uint64
}

var tables = utf8Tables{
	firstHigh: [16]byte{
		tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, // 00 to 7F
		continuing, continuing, continuing, continuing, // 80 to BF
		tooShort | longer2,                       // C0 to CF
		tooShort,                                 // D0 to DF
		tooShort | longer3 | surrogate,           // E0 to EF
		tooShort | beyond | beyond1000 | longer4, // F0 to FF
	},
	firstLow: [16]byte{
		0x0: always | longer3 | longer2 | longer4,
		0x1: always | longer2,
		0x2: always,
		0x3: always,
		0x4: always | beyond,
		0x5: always | beyond | beyond1000,
		0x6: always | beyond | beyond1000,
		0x7: always | beyond | beyond1000,
		0x8: always | beyond | beyond1000,
		0x9: always | beyond | beyond1000,
		0xA: always | beyond | beyond1000,
		0xB: always | beyond | beyond1000,
		0xC: always | beyond | beyond1000,
		0xD: always | beyond | beyond1000 | surrogate,
		0xE: always | beyond | beyond1000,
		0xF: always | beyond | beyond1000,
	},
	secondHigh: [16]byte{
		tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, // 00 to 7F
		tooLong | continuing | longer2 | longer3 | longer4 | beyond1000, // 80 to 8F
		tooLong | continuing | longer2 | longer3 | beyond,               // 90 to 9F
		tooLong | continuing | longer2 | surrogate | beyond,             // A0 to AF
		tooLong | continuing | longer2 | surrogate | beyond,             // B0 to BF
		tooShort, tooShort, tooShort, tooShort, // C0 to FF
	},
	minus3: [4]uint64{0x6060606060606060, 0x6060606060606060, 0x6060606060606060, 0x6060606060606060},
	minus4: [4]uint64{0x7070707070707070, 0x7070707070707070, 0x7070707070707070, 0x7070707070707070},
	top:    [4]uint64{notASCII, notASCII, notASCII, notASCII},
	ends:   [4]uint64{1<<64 - 1, 1<<64 - 1, 1<<64 - 1, 0xBFDFEFFFFFFFFFFF},
	last:   [8]uint64{4: 1<<64 - 1, 5: 1<<64 - 1, 6: 1<<64 - 1, 7: 1<<64 - 1},
	shift: [8]uint64{
		notASCII, notASCII, notASCII, notASCII, notASCII, notASCII, // nothing: VPSHUFB gives 0
		0x0706050403020100, 0x0F0E0D0C0B0A0908,
	},
}
