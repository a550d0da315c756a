package deflate

// call is what one call of Inflate works on.
type call struct {
	src, dst []byte
	pos, out int // octets read and written

	// The bits as in the Inflater. Above the first nbits there is either
	// nothing or what the octets at src[pos:] are.
	bits  uint64
	nbits uint
}

// need draws octets until there are at least n bits, 56 at most, and reports
// whether there are.
func (c *call) need(n uint) bool {
	for c.nbits < n {
		if c.pos == len(c.src) {
			return false
		}
		c.bits |= uint64(c.src[c.pos]) << (c.nbits & 63)
		c.pos++
		c.nbits += 8
	}
	return true
}

// take gives the next n bits, which need has drawn.
func (c *call) take(n uint) int {
	v := int(c.bits & (1<<(n&63) - 1))
	c.drop(n)
	return v
}

func (c *call) drop(n uint) {
	c.bits >>= n & 63
	c.nbits -= n
}
