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
		z.literalIndex, z.distanceIndex = fixedLiteralIndex, fixedDistanceIndex
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
