// PAIRS adds to Y4 what is wrong with the 32 octets in "in", when "before"
// holds the 32 before them. Y5 to Y8 are overwritten.
//
// It is the algorithm of John Keiser and Daniel Lemire, "Validating UTF-8 In
// Less Than One Instruction Per Byte" (2021). Each octet is looked at together
// with the one before it, and for the first ones of a vector that is the end of
// the vector before: Y5 gets its upper half and the lower half of this, and
// VPALIGNR takes 16 octets out of each pair of halves, beginning at the 15th,
// 14th or 13th, which moves all octets on by one, two or three places. A shift
// of a whole register would be simpler, but AVX2 has none that crosses its
// middle.
//
// The lines of the first part look up, by VPSHUFB, which mistakes the high half
// of the octet before allows, then its low half, then the high half of this
// octet (utf8Tables says which and why), and keep those that all three allow.
//
// Two continuation octets in a row give the top bit there ("continuing"). They
// are right exactly if the octet two places before begins three octets or more,
// or the one three places before begins four. The second part computes the top
// bit of that, and XORs: what is left are continuation octets too many and
// continuation octets missing.
#define PAIRS(before, in) \
	VPERM2I128 $0x21, in, before, Y5 \
	VPALIGNR   $15, Y5, in, Y6 \
	VPSRLW     $4, Y6, Y7 \
	VPAND      Y14, Y7, Y7 \
	VPSHUFB    Y7, Y13, Y7 \
	VPAND      Y14, Y6, Y6 \
	VPSHUFB    Y6, Y12, Y6 \
	VPAND      Y6, Y7, Y7 \
	VPSRLW     $4, in, Y6 \
	VPAND      Y14, Y6, Y6 \
	VPSHUFB    Y6, Y11, Y6 \
	VPAND      Y6, Y7, Y7 \
	VPALIGNR   $14, Y5, in, Y6 \
	VPALIGNR   $13, Y5, in, Y8 \
	VPSUBUSB   utf8Tables_minus3(DX), Y6, Y6 \
	VPSUBUSB   utf8Tables_minus4(DX), Y8, Y8 \
	VPOR       Y6, Y8, Y8 \
	VPAND      utf8Tables_top(DX), Y8, Y8 \
	VPXOR      Y7, Y8, Y8 \
	VPOR       Y8, Y4, Y4
