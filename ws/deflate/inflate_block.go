package deflate

// block reads a block's header (RFC 1951 section 3.2.3).
//
//req:impl RFC7692-7.2.1-01 RFC7692-7.2.1-02 RFC7692-7.2.1-03
func (z *Inflater) block(c *call) outcome {
	if !c.need(3) {
		return starved
	}
	z.afterFinal = false
	z.final = c.take(1) == 1
	switch c.take(2) {
	case 0:
		// What is left of the octet is padding, whose value does not matter
		// (section 3.2.4).
		c.drop(c.nbits & 7)
		z.state = stateStoredSize
	case 1:
		z.fixed = true
		z.literals, z.distances = fixedLiteralIndex, fixedDistanceIndex
		z.state = stateCodes
	case 2:
		z.fixed = false
		z.state = stateCounts
	default:
		return z.fail(ErrBlockType)
	}
	return onward
}

// endBlock goes on behind a block. Behind a final one another DEFLATE stream
// begins, at the next octet and with the same window (RFC 7692 section
// 7.2.3.4).
func (z *Inflater) endBlock(c *call) outcome {
	if z.final {
		c.drop(c.nbits & 7)
		z.afterFinal = true
	}
	z.state = stateBlock
	return onward
}

// storedSize reads the length of a stored block (RFC 1951 section 3.2.4).
func (z *Inflater) storedSize(c *call) outcome {
	if !c.need(32) {
		return starved
	}
	n, complement := c.take(16), c.take(16)
	if n != complement^0xFFFF {
		return z.fail(ErrStoredLength)
	}
	z.length, z.state = n, stateStored
	return onward
}

// stored copies the octets of a stored block.
func (z *Inflater) stored(c *call) outcome {
	for z.length > 0 && c.nbits > 0 {
		if c.out == len(c.dst) {
			return full
		}
		c.dst[c.out] = byte(c.take(8))
		c.out++
		z.length--
	}
	if z.length > 0 {
		c.bits = 0
		n := copy(c.dst[c.out:], c.src[c.pos:min(len(c.src), c.pos+z.length)])
		c.out += n
		c.pos += n
		z.length -= n
		switch {
		case z.length == 0:
		case c.out == len(c.dst):
			return full
		default:
			return starved
		}
	}
	return z.endBlock(c)
}

// counts begins a dynamic block: the number of codes in each alphabet (RFC 1951
// section 3.2.7).
func (z *Inflater) counts(c *call) outcome {
	if !c.need(14) {
		return starved
	}
	z.literalCodes, z.distanceCodes = c.take(5)+257, c.take(5)+1
	z.codeLengthCodes = c.take(4) + 4
	if z.literalCodes > maxDynamicLiterals || z.distanceCodes > maxDynamicDistances {
		return z.fail(ErrCodeCount)
	}
	z.lengthsSet, z.state = 0, stateCodeLengthCode
	return onward
}

// codeLengthCode reads the code in which the lengths of the other two codes
// are given.
func (z *Inflater) codeLengthCode(c *call) outcome {
	for z.lengthsSet < z.codeLengthCodes {
		if !c.need(3) {
			return starved
		}
		z.lengths[codeLengthOrder[z.lengthsSet]] = uint8(c.take(3))
		z.lengthsSet++
	}
	for _, symbol := range codeLengthOrder[z.lengthsSet:] {
		z.lengths[symbol] = 0
	}
	z.distances = buildTable(z.distanceTable[:], z.lengths[:codeLengthCodes], codeLengthSymbols[:], codeLengthIndex)
	if z.distances == 0 {
		return z.fail(ErrCodeLengthCode)
	}
	z.lengthsSet, z.state = 0, stateCodeLengths
	return onward
}

// codeLengths reads the lengths of both codes, which are one sequence: a
// repetition may go from the one to the other.
func (z *Inflater) codeLengths(c *call) outcome {
	for all := z.literalCodes + z.distanceCodes; z.lengthsSet < all; {
		c.need(14) // the longest code and its extra bits
		e := z.distanceTable[c.bits&(1<<z.distances-1)]
		n := e.codeBits()
		if n > c.nbits {
			return starved
		}
		if e&entrySpecial != 0 {
			return z.fail(ErrCodeLengthCode)
		}
		value, repeat, extra := uint8(e.value()), 1, uint(0)
		switch e.value() {
		case 16:
			if z.lengthsSet == 0 {
				return z.fail(ErrCodeLengths)
			}
			value, repeat, extra = z.lengths[z.lengthsSet-1], 3, 2
		case 17:
			value, repeat, extra = 0, 3, 3
		case 18:
			value, repeat, extra = 0, 11, 7
		}
		if n+extra > c.nbits {
			return starved
		}
		c.drop(n)
		repeat += c.take(extra)
		if repeat > all-z.lengthsSet {
			return z.fail(ErrCodeLengths)
		}
		for range repeat {
			z.lengths[z.lengthsSet] = value
			z.lengthsSet++
		}
	}
	return z.dynamicTables()
}

// dynamicTables makes the tables of a dynamic block.
func (z *Inflater) dynamicTables() outcome {
	if z.lengths[endOfBlock] == 0 {
		return z.fail(ErrNoEndOfBlock)
	}
	literals := z.lengths[:z.literalCodes]
	z.literals = buildTable(z.literalTable[:], literals, literalSymbols[:], literalIndex)
	if z.literals == 0 {
		return z.fail(ErrLiteralCode)
	}
	distances := z.lengths[z.literalCodes : z.literalCodes+z.distanceCodes]
	z.distances = buildTable(z.distanceTable[:], distances, distanceSymbols[:], distanceIndex)
	if z.distances == 0 {
		return z.fail(ErrDistanceCode)
	}
	z.state = stateCodes
	return onward
}
