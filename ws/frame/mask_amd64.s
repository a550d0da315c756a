//go:build amd64 && !purego

#include "textflag.h"

// func maskAVX2(dst, src *byte, n int, key uint32)
//
// XORs n >= 32 octets with the key, 32 at a time. A length that is no multiple
// of 32 needs no loop over single octets: the last 32 octets are taken as they
// stand, over the ones before. Where dst is src those would be XORed twice, so
// the last ones are read before anything is written, and written at the end;
// what they overlap is then written twice, with the same values.
//
// Each place needs the key turned so that it begins with the right octet. A
// turn by i octets is a rotation by 8*i bits, and i mod 4 is all that counts;
// RORL takes its count mod 32 by itself.
//
//	DI, SI  dst, src       BX  n       AX  key
//	Y0      key for octet 0, repeated
//	Y1      key for octet n, repeated: the ends are at n-32, n-64, ...
TEXT ·maskAVX2(SB), NOSPLIT, $0-28
	MOVQ         dst+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         n+16(FP), BX
	MOVL         key+24(FP), AX
	VMOVD        AX, X0
	VPBROADCASTD X0, Y0
	LEAL         (BX*8), CX
	MOVL         AX, DX
	RORL         CX, DX
	VMOVD        DX, X1
	VPBROADCASTD X1, Y1
	CMPQ         BX, $64
	JA           over64

	// 32 to 64: the first 32 and the last 32.
	VPXOR   (SI), Y0, Y2
	VPXOR   -32(SI)(BX*1), Y1, Y3
	VMOVDQU Y2, (DI)
	VMOVDQU Y3, -32(DI)(BX*1)
	VZEROUPPER
	RET

over64:
	VPXOR (SI), Y0, Y2
	VPXOR -64(SI)(BX*1), Y1, Y4
	VPXOR -32(SI)(BX*1), Y1, Y5
	CMPQ  BX, $128
	JA    over128

	// 65 to 128: the first 64 and the last 64.
	VPXOR   32(SI), Y0, Y3
	VMOVDQU Y2, (DI)
	VMOVDQU Y3, 32(DI)
	VMOVDQU Y4, -64(DI)(BX*1)
	VMOVDQU Y5, -32(DI)(BX*1)
	VZEROUPPER
	RET

over128:
	VPXOR -128(SI)(BX*1), Y1, Y6
	VPXOR -96(SI)(BX*1), Y1, Y7
	CMPQ  BX, $256
	JA    over256

	// 129 to 256: the first 128 and the last 128.
	VPXOR   32(SI), Y0, Y3
	VPXOR   64(SI), Y0, Y8
	VPXOR   96(SI), Y0, Y9
	VMOVDQU Y2, (DI)
	VMOVDQU Y3, 32(DI)
	VMOVDQU Y8, 64(DI)
	VMOVDQU Y9, 96(DI)
	VMOVDQU Y6, -128(DI)(BX*1)
	VMOVDQU Y7, -96(DI)(BX*1)
	VMOVDQU Y4, -64(DI)(BX*1)
	VMOVDQU Y5, -32(DI)(BX*1)
	VZEROUPPER
	RET

over256:
	// Longer: a loop from the first place in dst whose address is a multiple
	// of 32, so that no store straddles two cache lines. Y2 holds what is
	// before it, Y4 to Y7 the last 128; they are written when the loop is done.
	//
	//	R8  index of the octet that is next     R9  index of the last 128
	//	Y3  key for octet R8, repeated
	LEAQ         32(DI), R8
	ANDQ         $~31, R8
	SUBQ         DI, R8
	LEAQ         -128(BX), R9
	LEAL         (R8*8), CX
	RORL         CX, AX
	VMOVD        AX, X3
	VPBROADCASTD X3, Y3

loop:
	VPXOR   (SI)(R8*1), Y3, Y8
	VPXOR   32(SI)(R8*1), Y3, Y9
	VPXOR   64(SI)(R8*1), Y3, Y10
	VPXOR   96(SI)(R8*1), Y3, Y11
	VMOVDQA Y8, (DI)(R8*1)
	VMOVDQA Y9, 32(DI)(R8*1)
	VMOVDQA Y10, 64(DI)(R8*1)
	VMOVDQA Y11, 96(DI)(R8*1)
	ADDQ    $128, R8
	CMPQ    R8, R9
	JB      loop

	VMOVDQU Y2, (DI)
	VMOVDQU Y6, -128(DI)(BX*1)
	VMOVDQU Y7, -96(DI)(BX*1)
	VMOVDQU Y4, -64(DI)(BX*1)
	VMOVDQU Y5, -32(DI)(BX*1)
	VZEROUPPER
	RET
