package deflate_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"
)

// checker inflates one message after another, bit by bit and without anything
// of this package, and holds every reference against a window of exactly
// 1<<bits octets.
type checker struct {
	bits    int
	held    []byte // all since the window was empty
	far     int    // the largest distance
	types   [3]int // blocks of each type: stored, fixed, dynamic
	stored  int    // octets in stored blocks
	in      []byte
	at      int // bit of in
	oracle  io.ReadCloser
	message bytes.Buffer
}

var errChecker = errors.New("checker")

func (c *checker) fail(format string, a ...any) {
	panic(fmt.Errorf("%w: %s at bit %d of %d octets", errChecker, fmt.Sprintf(format, a...), c.at, len(c.in)))
}

// reset empties the window.
func (c *checker) reset() { c.held = c.held[:0] }

// inflate inflates a whole message, without its final 00 00 FF FF, and compares
// the result with compress/flate.
func (c *checker) inflate(deflated []byte) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(error)
			if !ok || !errors.Is(e, errChecker) {
				panic(r)
			}
			err = e
		}
	}()
	begin := len(c.held)
	dict := bytes.Clone(c.held[max(0, begin-1<<15):])
	c.in, c.at = append(bytes.Clone(deflated), "\x00\x00\xff\xff"...), 0
	empty := false
	for c.at < 8*len(c.in) {
		empty = c.block()
	}
	if !empty {
		c.fail("the end is not an empty stored block")
	}
	out = bytes.Clone(c.held[begin:])

	src := bytes.NewReader(append(c.in, "\x01\x00\x00\xff\xff"...))
	if c.oracle == nil {
		c.oracle = flate.NewReader(src)
	}
	if err := c.oracle.(flate.Resetter).Reset(src, dict); err != nil {
		return nil, err
	}
	c.message.Reset()
	if _, err := c.message.ReadFrom(c.oracle); err != nil {
		return nil, err
	}
	if !bytes.Equal(c.message.Bytes(), out) {
		return nil, fmt.Errorf("%w: compress/flate says otherwise", errChecker)
	}
	if len(c.held) > 1<<20 {
		c.held = append(c.held[:0], c.held[len(c.held)-1<<15:]...)
	}
	return out, nil
}

func (c *checker) number(bits int) (n int) {
	for i := range bits {
		if c.at>>3 >= len(c.in) {
			c.fail("the input ends")
		}
		n |= int(c.in[c.at>>3]>>(c.at&7)&1) << i
		c.at++
	}
	return n
}

// block reads a block and tells whether it was an empty stored one.
func (c *checker) block() bool {
	if c.number(1) != 0 {
		c.fail("BFINAL")
	}
	kind := c.number(2)
	if kind == 3 {
		c.fail("block type 3")
	}
	c.types[kind]++
	switch kind {
	case 0:
		for c.at&7 != 0 {
			if c.number(1) != 0 {
				c.fail("padding")
			}
		}
		n := c.number(16)
		if c.number(16) != n^0xffff {
			c.fail("stored length")
		}
		for range n {
			c.held = append(c.held, byte(c.number(8)))
		}
		c.stored += n
		return n == 0
	case 1:
		lengths := slices.Repeat([]int{8}, 288+32)
		copy(lengths[144:], slices.Repeat([]int{9}, 112))
		copy(lengths[256:], slices.Repeat([]int{7}, 24))
		copy(lengths[288:], slices.Repeat([]int{5}, 32))
		c.symbols(c.code(lengths[:288]), c.code(lengths[288:]))
	case 2:
		hlit, hdist, hclen := c.number(5)+257, c.number(5)+1, c.number(4)+4
		if hlit > 286 || hdist > 30 {
			c.fail("%d literal/length codes, %d distance codes", hlit, hdist)
		}
		lengths := make([]int, 19)
		for i := range hclen {
			lengths[[]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[i]] = c.number(3)
		}
		clen := c.code(lengths)
		lengths = nil
		for len(lengths) < hlit+hdist {
			switch s := c.symbol(clen); {
			case s < 16:
				lengths = append(lengths, s)
			case s == 16 && len(lengths) == 0:
				c.fail("nothing to repeat")
			case s == 16:
				for range 3 + c.number(2) {
					lengths = append(lengths, lengths[len(lengths)-1])
				}
			case s == 17:
				lengths = append(lengths, make([]int, 3+c.number(3))...)
			default:
				lengths = append(lengths, make([]int, 11+c.number(7))...)
			}
		}
		if len(lengths) != hlit+hdist {
			c.fail("%d code lengths", len(lengths))
		}
		c.symbols(c.code(lengths[:hlit]), c.code(lengths[hlit:]))
	}
	return false
}

// naiveCode is a canonical Huffman code: for each length the first code, and
// the symbols in order.
type naiveCode struct {
	first   [17]int
	symbols [17][]int
}

func (c *checker) code(lengths []int) (n naiveCode) {
	used, room := 0, 1<<15
	for s, l := range lengths {
		if l > 0 {
			n.symbols[l] = append(n.symbols[l], s)
			used++
			room -= 1 << (15 - l)
		}
	}
	// A code is complete. But one distance code may stand alone, with one bit,
	// and there may be none (RFC 1951 section 3.2.7).
	if room != 0 && (len(lengths) > 32 || used > 1 || used == 1 && room != 1<<14) {
		c.fail("a code with %d of %d left", room, 1<<15)
	}
	for l := 1; l < 16; l++ {
		n.first[l+1] = (n.first[l] + len(n.symbols[l])) << 1
	}
	return n
}

func (c *checker) symbol(n naiveCode) int {
	code := 0
	for l := 1; l < 16; l++ {
		code = code<<1 | c.number(1)
		if i := code - n.first[l]; i >= 0 && i < len(n.symbols[l]) {
			return n.symbols[l][i]
		}
	}
	c.fail("no such code")
	return 0
}

func (c *checker) symbols(lit, dist naiveCode) {
	for {
		s := c.symbol(lit)
		switch {
		case s < 256:
			c.held = append(c.held, byte(s))
			continue
		case s == 256:
			return
		}
		length := 258
		switch {
		case s > 285:
			c.fail("length code %d", s)
		case s < 265:
			length = s - 254
		case s < 285:
			extra := (s - 261) / 4
			length = 3 + (4+(s-261)%4)<<extra + c.number(extra)
		}
		s = c.symbol(dist)
		if s > 29 {
			c.fail("distance code %d", s)
		}
		distance := s + 1
		if s > 3 {
			extra := (s - 2) / 2
			distance = 1 + (2+s%2)<<extra + c.number(extra)
		}
		if distance > len(c.held) {
			c.fail("distance %d of %d", distance, len(c.held))
		}
		if distance > 1<<c.bits {
			c.fail("distance %d of a window of %d bits", distance, c.bits)
		}
		c.far = max(c.far, distance)
		for range length {
			c.held = append(c.held, c.held[len(c.held)-distance])
		}
	}
}
