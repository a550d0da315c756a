//go:build amd64 && !purego

#include "go_asm.h"
#include "textflag.h"
#include "validate_amd64.h"

#define TAKE(at, y) VMOVDQU at(SI)(AX*1), y
#define LAST

// func checkAVX2(p *byte, n int, t *utf8Tables) (good int)
TEXT ·checkAVX2(SB), NOSPLIT, $0-32
	MOVQ    p+0(FP), SI
	MOVQ    n+8(FP), BX
	MOVQ    t+16(FP), DX
	VMOVDQU -32(SI)(BX*1), Y9

#include "validate_loop_amd64.h"

	MOVQ AX, good+24(FP)
	RET
