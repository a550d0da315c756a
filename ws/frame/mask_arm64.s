//go:build arm64 && !purego

#include "textflag.h"

// func maskNEON(dst, src *byte, n int, key uint32)
//
// XORs n >= 32 octets with the key, 64 at a time and what is left after that
// with the last 32 or 64 of all, which overlap octets before them. Where dst is
// src those would be XORed twice, so the last ones are read before anything is
// written, and written at the end, with the same values where they overlap.
//
//	R0, R1  dst, src       R2  n       R3  key
//	V0      key for octet 0, repeated
//	V1      key for octet n, repeated: the last ones begin at n-32 or n-64
TEXT ·maskNEON(SB), NOSPLIT, $0-28
	MOVD  dst+0(FP), R0
	MOVD  src+8(FP), R1
	MOVD  n+16(FP), R2
	MOVWU key+24(FP), R3
	VDUP  R3, V0.S4
	LSL   $3, R2, R4
	RORW  R4, R3, R3           // the count is taken mod 32
	VDUP  R3, V1.S4
	CMP   $64, R2
	BGT   over64

	// 32 to 64: the first 32 and the last 32.
	ADD  R1, R2, R5
	SUB  $32, R5
	ADD  R0, R2, R6
	SUB  $32, R6
	VLD1 (R1), [V2.B16, V3.B16]
	VLD1 (R5), [V4.B16, V5.B16]
	VEOR V0.B16, V2.B16, V2.B16
	VEOR V0.B16, V3.B16, V3.B16
	VEOR V1.B16, V4.B16, V4.B16
	VEOR V1.B16, V5.B16, V5.B16
	VST1 [V2.B16, V3.B16], (R0)
	VST1 [V4.B16, V5.B16], (R6)
	RET

over64:
	ADD  R1, R2, R5
	SUB  $64, R5
	ADD  R0, R2, R6
	SUB  $64, R6
	VLD1 (R5), [V4.B16, V5.B16, V6.B16, V7.B16]
	VEOR V1.B16, V4.B16, V4.B16
	VEOR V1.B16, V5.B16, V5.B16
	VEOR V1.B16, V6.B16, V6.B16
	VEOR V1.B16, V7.B16, V7.B16

loop:
	// R5 is where the last 64 begin; what is at or after it is done.
	VLD1.P 64(R1), [V16.B16, V17.B16, V18.B16, V19.B16]
	VEOR   V0.B16, V16.B16, V16.B16
	VEOR   V0.B16, V17.B16, V17.B16
	VEOR   V0.B16, V18.B16, V18.B16
	VEOR   V0.B16, V19.B16, V19.B16
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	CMP    R5, R1
	BLO    loop

	VST1 [V4.B16, V5.B16, V6.B16, V7.B16], (R6)
	RET
