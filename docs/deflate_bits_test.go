package docs

import (
	"errors"
	"fmt"
	"strings"
)

// bits reads one message from its first bit to its last and keeps a line for
// each octet of each field. The bits of an octet are read from the lowest up
// (RFC 1951 section 3.1.1).
type bits struct {
	octets []byte
	pos    int
	lines  []string
	text   []byte // of this message and those before
	from   int    // where this one begins in text
}

var errBits = errors.New("the message ends inside a field")

// code gives the next n bits as they are in a Huffman code, whose first bit is
// the highest.
func (b *bits) code(n int) (v int, err error) {
	if b.pos+n > 8*len(b.octets) {
		return 0, errBits
	}
	for range n {
		v = v<<1 | int(b.octets[b.pos/8]>>(b.pos%8)&1)
		b.pos++
	}
	return v, nil
}

// number gives the next n bits as a number, whose first bit is the lowest.
func (b *bits) number(n int) (v int, err error) {
	reversed, err := b.code(n)
	for range n {
		v, reversed = v<<1|reversed&1, reversed>>1
	}
	return v, err
}

// line writes what the bits since from are. Whole octets are shown together,
// the bits of others one octet a line, with dots for those of other fields.
func (b *bits) line(from int, section, text string) {
	const format = "%6s  %-23s  %-9s  %-6s  %s"
	if from%8 == 0 && b.pos%8 == 0 {
		octets := b.octets[from/8 : b.pos/8]
		for i := 0; i < len(octets); i += 8 {
			row := fmt.Sprintf("% x", octets[i:min(len(octets), i+8)])
			b.lines = append(b.lines, fmt.Sprintf(format, fmt.Sprint(from/8+i), row, "", section, text))
			section, text = "", ""
		}
		return
	}
	for at := from / 8; at*8 < b.pos; at++ {
		offset, octet, shown := "", "", ""
		if from <= at*8 {
			offset, octet = fmt.Sprint(at), fmt.Sprintf("%02x", b.octets[at])
		}
		for i := 7; i >= 0; i-- {
			switch p := at*8 + i; {
			case p < from || p >= b.pos:
				shown += "."
			default:
				shown += string('0' + b.octets[at]>>i&1)
			}
			if i == 4 {
				shown += " "
			}
		}
		b.lines = append(b.lines, strings.TrimRight(fmt.Sprintf(format, offset, octet, shown, section, text), " "))
		section, text = "", ""
	}
}

// message takes one apart: blocks up to the empty stored one whose end was cut
// off.
func (b *bits) message() error {
	for {
		from := b.pos
		final, err := b.number(1)
		if err != nil {
			return err
		}
		b.line(from, "3.2.3", []string{"BFINAL: 0", "BFINAL: 1 last block of this DEFLATE stream"}[final])
		from = b.pos
		kind, err := b.number(2)
		if err != nil {
			return err
		}
		done := false
		switch kind {
		case 0:
			b.line(from, "3.2.3", "BTYPE: 00 stored")
			done, err = b.stored()
		case 1:
			b.line(from, "3.2.3", "BTYPE: 01 fixed codes")
			err = b.fixed()
		default:
			err = fmt.Errorf("BTYPE %d is not shown in pages", kind)
		}
		if err != nil || done {
			return err
		}
		if final == 1 {
			b.pad()
		}
	}
}

// pad goes on at the next octet.
func (b *bits) pad() {
	from := b.pos
	if b.pos = (b.pos + 7) &^ 7; b.pos > from {
		b.line(from, "", "padding to the next octet")
	}
}

func (b *bits) stored() (done bool, err error) {
	b.pad()
	from := b.pos
	if from == 8*len(b.octets) {
		b.lines = append(b.lines, fmt.Sprintf("%6s  %-23s  %-9s  %-6s  %s", "", "00 00 ff ff", "", "7.2.1", "LEN: 0, and NLEN: cut off by the sender, put back by the receiver"))
		return true, nil
	}
	n, err := b.number(16)
	if err != nil {
		return false, err
	}
	b.line(from, "3.2.4", fmt.Sprintf("LEN: %s", octetCount(n)))
	from = b.pos
	complement, err := b.number(16)
	if err != nil || complement != n^0xFFFF || b.pos+8*n > 8*len(b.octets) {
		return false, errors.Join(err, fmt.Errorf("a stored block of %d octets with NLEN %04x", n, complement))
	}
	b.line(from, "3.2.4", "NLEN: the complement of LEN")
	from = b.pos
	b.text = append(b.text, b.octets[from/8:from/8+n]...)
	if b.pos += 8 * n; n > 0 {
		b.line(from, "3.2.4", fmt.Sprintf("%q", b.octets[from/8:b.pos/8]))
	}
	return false, nil
}

func octetCount(n int) string {
	if n == 1 {
		return "1 octet"
	}
	return fmt.Sprintf("%d octets", n)
}

// fixed takes the symbols of a block with fixed codes apart (section 3.2.6).
func (b *bits) fixed() error {
	for {
		from := b.pos
		symbol, code, err := b.symbol()
		switch {
		case err != nil:
			return err
		case symbol == 256:
			b.line(from, "3.2.6", code+" end of block")
			return nil
		case symbol < 256:
			b.text = append(b.text, byte(symbol))
			b.line(from, "3.2.6", fmt.Sprintf("%s literal %q", code, rune(symbol)))
		default:
			length, extra, err := b.extra(symbol-257, 4, 3)
			if err != nil {
				return err
			}
			if symbol == 285 {
				length = 258
			}
			b.line(from, "3.2.6", fmt.Sprintf("%s%s match: length %d", code, extra, length))
			if err := b.match(length); err != nil {
				return err
			}
		}
	}
}

// symbol reads a fixed literal/length code, and gives it as read too.
func (b *bits) symbol() (symbol int, code string, err error) {
	for _, c := range []struct{ bits, first, last, symbol int }{
		{7, 0b0000000, 0b0010111, 256}, {8, 0b00110000, 0b10111111, 0}, {8, 0b11000000, 0b11000111, 280}, {9, 0b110010000, 0b111111111, 144},
	} {
		start := b.pos
		v, err := b.code(c.bits)
		if err != nil {
			return 0, "", err
		}
		if v >= c.first && v <= c.last {
			return c.symbol + v - c.first, fmt.Sprintf("%0*b", c.bits, v), nil
		}
		b.pos = start
	}
	return 0, "", errors.New("no code")
}

// extra reads the extra bits of the n-th length or distance code; there are
// per codes for each number of extra bits, and the first code means base
// (section 3.2.5).
func (b *bits) extra(n, per, base int) (v int, text string, err error) {
	if n < 2*per {
		return base + n, "", nil
	}
	count := n/per - 1
	if n == 28 && per == 4 {
		count = 0 // 258, the longest match, has a code of its own
	}
	more, err := b.number(count)
	if count > 0 {
		text = fmt.Sprintf(" and %0*b", count, more)
	}
	return base + (per+n%per)<<count + more, text, err
}

func (b *bits) match(length int) error {
	from := b.pos
	code, err := b.code(5)
	if err != nil {
		return err
	}
	distance, extra, err := b.extra(code, 2, 1)
	if err != nil || code > 29 || distance > len(b.text) {
		return errors.Join(err, fmt.Errorf("distance code %d, distance %d", code, distance))
	}
	at := len(b.text) - distance
	where := ""
	if at < b.from {
		where = " of a message before"
	}
	for i := range length {
		b.text = append(b.text, b.text[at+i])
	}
	b.line(from, "3.2.6", fmt.Sprintf("%05b%s distance %d: %q%s", code, extra, distance, b.text[len(b.text)-length:], where))
	return nil
}
