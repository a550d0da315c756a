//go:build amd64 && !purego

#include "go_asm.h"
#include "textflag.h"
#include "validate_amd64.h"

#define TAKE(at, y) VPXOR at(SI)(AX*1), Y15, y; VMOVDQU y, at(SI)(AX*1)
#define LAST VMOVDQU Y9, -32(SI)(BX*1)

// func unmaskAVX2(p *byte, n int, key uint32, t *utf8Tables) (good int)
//
// AX is a multiple of 32 wherever octets are taken, so Y15, the key repeated,
// begins with the right octet there. The last 32 are read before anything is
// written, since what they overlap would be unmasked twice otherwise; they need
// the key turned by n octets, see maskAVX2.
TEXT ·unmaskAVX2(SB), NOSPLIT, $0-40
	MOVQ         p+0(FP), SI
	MOVQ         n+8(FP), BX
	MOVL         key+16(FP), AX
	MOVQ         t+24(FP), DX
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	LEAL         (BX*8), CX
	RORL         CX, AX
	VMOVD        AX, X9
	VPBROADCASTD X9, Y9
	VPXOR        -32(SI)(BX*1), Y9, Y9

	// Most short texts are ASCII: up to 64 octets are the first 32 and the last
	// 32, and if no octet has its top bit set there is nothing else to do. If
	// one has, nothing has been written yet.
	CMPQ      BX, $64
	JA        long
	VPXOR     (SI), Y15, Y0
	VPOR      Y0, Y9, Y1
	VPMOVMSKB Y1, CX
	TESTL     CX, CX
	JNZ       long
	VMOVDQU   Y0, (SI)
	VMOVDQU   Y9, -32(SI)(BX*1)
	VZEROUPPER
	MOVQ      BX, good+32(FP)
	RET

long:
#include "validate_loop_amd64.h"

	MOVQ AX, good+32(FP)
	RET
