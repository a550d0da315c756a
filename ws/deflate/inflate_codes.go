package deflate

// tables gives the tables of the current block.
func (z *Inflater) tables() (*literalTable, *distanceTable) {
	if z.fixed {
		return &fixedLiterals, &fixedDistances
	}
	return &z.literalTable, &z.distanceTable
}

// lookUp finds the entry for the code that bits begins with, and what goes
// before the entry's own bits if it is in a subtable.
func lookUp(table []entry, bits uint64, index uint) (e entry, before uint) {
	e = table[bits&(1<<index-1)]
	if e&entrySubtable != 0 {
		before = e.take()
		e = table[e.value()+int(bits>>before&(1<<e.codeBits()-1))]
	}
	return e, before
}

// codes decodes literals and matches (RFC 1951 section 3.2.5) as far as src and
// dst allow, bit by bit where they end. A length and its distance are used
// together or not at all, so that nothing is kept of a half.
func (z *Inflater) codes(c *call) outcome {
	literals, distances := z.tables()
	for {
		if len(c.src)-c.pos >= fastSrc && len(c.dst)-c.out >= fastDst {
			if o := z.fast(c, literals, distances); o != onward || z.state != stateCodes {
				return o
			}
		}
		c.need(48) // 15 and 5 for a length, 15 and 13 for a distance
		e, before := lookUp(literals[:], c.bits, z.literalIndex)
		code := before + e.codeBits()
		n := before + e.take()
		if code > c.nbits {
			return starved
		}
		switch {
		case e.isLiteral():
			if c.out == len(c.dst) {
				return full
			}
			c.dst[c.out] = byte(e.value())
			c.out++
			c.drop(n)
			continue
		case e&entryEnd != 0:
			c.drop(n)
			return z.endBlock(c)
		case e&entrySpecial != 0:
			return z.fail(ErrLengthSymbol)
		}
		if n > c.nbits {
			return starved
		}
		bits := c.bits >> n
		length := e.value() + int(c.bits&(1<<n-1)>>code)

		e, before = lookUp(distances[:], bits, z.distanceIndex)
		code = before + e.codeBits()
		if n+code > c.nbits {
			return starved
		}
		if e&entrySpecial != 0 {
			return z.fail(ErrDistanceSymbol)
		}
		more := before + e.take()
		if n+more > c.nbits {
			return starved
		}
		distance := e.value() + int(bits&(1<<more-1)>>code)
		//req:impl RFC7692-7.2.1-07
		if distance > z.far || distance > c.out+z.w.held {
			return z.fail(ErrDistance)
		}
		c.drop(n + more)
		z.length, z.distance = length, distance
		if o := z.match(c); o != onward {
			return o
		}
	}
}

// match copies as much of a match as dst has room for: first from the window,
// then from what this call has written.
func (z *Inflater) match(c *call) outcome {
	n := min(z.length, len(c.dst)-c.out)
	z.length -= n
	dst := c.dst[:c.out+n]
	if back := z.distance - c.out; back > 0 && c.out < len(dst) {
		c.out += z.w.read(dst[c.out:], back)
	}
	// A match may overlap itself: each copy adds to what the next one can take.
	for from := c.out - z.distance; c.out < len(dst); {
		c.out += copy(dst[c.out:], dst[from:c.out])
	}
	if z.length > 0 {
		z.state = stateMatch
		return full
	}
	z.state = stateCodes
	return onward
}
