package ssetest

import (
	"io"
	"iter"
	"slices"
)

// Splits gives all ways to cut b into so many pieces. A piece may be empty, and
// then a [PieceReader] gives nothing and no error, which a reader has to bear;
// so there is at least one way, however short b is. The octets are those of b,
// not copies, and appending to a piece does not reach them. There are n+1 ways
// for two pieces of n octets and (n+1)(n+2)/2 for three. Less than one piece is
// no way at all.
func Splits(b []byte, pieces int) iter.Seq[[][]byte] {
	return func(yield func([][]byte) bool) {
		if pieces > 0 {
			split(b, make([][]byte, 0, pieces), yield)
		}
	}
}

// split puts what can follow the pieces that are already in p there.
func split(b []byte, p [][]byte, yield func([][]byte) bool) bool {
	if len(p) == cap(p)-1 {
		return yield(append(slices.Clone(p), slices.Clip(b)))
	}
	for i := range len(b) + 1 {
		if !split(b[i:], append(p, slices.Clip(b[:i])), yield) {
			return false
		}
	}
	return true
}

// Reader gives a reader of pieces, one for each Read.
func Reader(pieces ...[]byte) *PieceReader { return &PieceReader{Pieces: slices.Clone(pieces)} }

// PieceReader is an io.Reader that gives one piece for each Read, then End. A
// piece that is longer than the Read asks for takes several, an empty one gives
// neither octets nor an error. Of each piece, only octets that were not read yet
// are in Pieces.
type PieceReader struct {
	Pieces [][]byte

	// End is the error after the last piece; nil means io.EOF.
	End error

	// Together gives End with the last octets instead of after them, as
	// io.Reader permits.
	Together bool
}

// Read gives octets of the next piece.
func (r *PieceReader) Read(p []byte) (int, error) {
	if len(r.Pieces) == 0 {
		return 0, r.end()
	}
	n := copy(p, r.Pieces[0])
	if r.Pieces[0] = r.Pieces[0][n:]; len(r.Pieces[0]) == 0 {
		r.Pieces = r.Pieces[1:]
	}
	if len(r.Pieces) == 0 && r.Together {
		return n, r.end()
	}
	return n, nil
}

func (r *PieceReader) end() error {
	if r.End == nil {
		return io.EOF
	}
	return r.End
}
