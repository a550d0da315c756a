// The body of checkAVX2 and unmaskAVX2, which differ in how they take octets:
// TAKE(at, y) reads the 32 octets from index AX+at on to y, and where they are
// masked it unmasks them there; LAST is what is still to be done with the last
// 32 of all, which are in Y9 already, unmasked. It leaves in AX the index of
// the first block that is wrong, or n.
//
//	SI  the octets         BX  n, at least 32      DX  *utf8Tables
//	AX  octets done
//	Y10 the 32 octets before AX, or zeros, which do as well if they end whole
//	Y11 to Y13 the tables of 16, in both halves    Y14 0F in each octet
	VBROADCASTI128 utf8Tables_firstHigh(DX), Y13
	VBROADCASTI128 utf8Tables_firstLow(DX), Y12
	VBROADCASTI128 utf8Tables_secondHigh(DX), Y11
	VPCMPEQB       Y14, Y14, Y14
	VPSRLW         $12, Y14, Y14
	VPACKUSWB      Y14, Y14, Y14
	VPXOR          Y10, Y10, Y10
	XORL           AX, AX
	LEAQ           -128(BX), R9
	LEAQ           -32(BX), R10

	// Blocks of 128. If no octet of one has its top bit set it is ASCII, and
	// all that can be wrong is that the block before ends in half a code point.
block:
	CMPQ      AX, R9
	JGT       vector
	TAKE(0, Y0)
	TAKE(32, Y1)
	TAKE(64, Y2)
	TAKE(96, Y3)
	VPOR      Y0, Y1, Y4
	VPOR      Y2, Y3, Y5
	VPOR      Y4, Y5, Y5
	VPMOVMSKB Y5, CX
	TESTL     CX, CX
	JNZ       text
	VPSUBUSB  utf8Tables_ends(DX), Y10, Y5
	VPTEST    Y5, Y5
	JNZ       done
	VPXOR     Y10, Y10, Y10
	ADDQ      $128, AX
	JMP       block

text:
	VPXOR   Y4, Y4, Y4
	PAIRS(Y10, Y0)
	PAIRS(Y0, Y1)
	PAIRS(Y1, Y2)
	PAIRS(Y2, Y3)
	VMOVDQA Y3, Y10
	VPTEST  Y4, Y4
	JNZ     done
	ADDQ    $128, AX
	JMP     block

	// The same by 32, for what is left.
vector:
	CMPQ      AX, R10
	JGT       tail
	TAKE(0, Y0)
	VPMOVMSKB Y0, CX
	TESTL     CX, CX
	JNZ       textVector
	VPSUBUSB  utf8Tables_ends(DX), Y10, Y5
	VPTEST    Y5, Y5
	JNZ       done
	VPXOR     Y10, Y10, Y10
	ADDQ      $32, AX
	JMP       vector

textVector:
	VPXOR   Y4, Y4, Y4
	PAIRS(Y10, Y0)
	VMOVDQA Y0, Y10
	VPTEST  Y4, Y4
	JNZ     done
	ADDQ    $32, AX
	JMP     vector

	// Fewer than 32 are left, R11. Nothing may be read behind them, so they are
	// looked at as the last ones of the 32 in Y9. If those are ASCII then the
	// octet before what is left is, so no code point is cut there. Otherwise
	// mistakes count only in what is left. Its first ones may need the two
	// octets before Y9, if it is 30 or 31 of them; those are in Y10, from which
	// the shuffle brings them to its end.
tail:
	MOVQ      BX, R11
	SUBQ      AX, R11
	JEQ       done
	LAST
	VPMOVMSKB Y9, CX
	TESTL     CX, CX
	JEQ       good
	VMOVDQU   utf8Tables_shift(DX)(R11*1), Y5
	VPSHUFB   Y5, Y10, Y10
	VPXOR     Y4, Y4, Y4
	PAIRS(Y10, Y9)
	VPTEST    utf8Tables_last(DX)(R11*1), Y4
	JNZ       done

good:
	MOVQ BX, AX

done:
	VZEROUPPER
