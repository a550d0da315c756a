//go:build amd64 && !purego

package frame

// hasAVX2 says whether the assembly may be used. Servers have had AVX2 for ten
// years, but GOARCH=amd64 promises no more than SSE2.
var hasAVX2 = detectAVX2()

// detectAVX2 asks the processor for AVX2, and whether the system saves the
// 32-octet registers when it switches between threads; without that they lose
// their upper halves. The order is that of the Intel 64 and IA-32 Software
// Developer's Manual, volume 1, section 14.3.
func detectAVX2() bool {
	const (
		osxsave = 1 << 27     // leaf 1, ECX: XGETBV may be asked
		avx     = 1 << 28     // leaf 1, ECX
		avx2    = 1 << 5      // leaf 7, EBX
		saved   = 1<<1 | 1<<2 // XCR0: XMM and YMM registers are saved
	)
	if last, _, _, _ := cpuid(0, 0); last < 7 {
		return false
	}
	if _, _, c, _ := cpuid(1, 0); c&osxsave == 0 || c&avx == 0 {
		return false
	}
	if low, _ := xgetbv(); low&saved != saved {
		return false
	}
	_, b, _, _ := cpuid(7, 0)
	return b&avx2 != 0
}

// cpuid is the instruction CPUID for a leaf, in EAX, and a subleaf, in ECX.
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)

// xgetbv is the instruction XGETBV for register 0, XCR0: which registers the
// system saves.
func xgetbv() (low, high uint32)
