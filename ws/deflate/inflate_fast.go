package deflate

import "encoding/binary"

// What is left of src and dst in the last round of fast: two loads of 8 octets,
// three literals.
const (
	fastSrc = 16
	fastDst = 3
)

// fast decodes literals and matches like codes, without asking at each step
// whether src and dst go on. It returns onward where they might not.
func (z *Inflater) fast(c *call, literals *literalTable, distances *distanceTable) outcome {
	src, dst := c.src, c.dst
	pos, out := c.pos, c.out
	// Only the lowest 6 bits of nbits count: entries are subtracted whole.
	bits, nbits := c.bits, c.nbits
	literalMask, distanceMask := uint64(1)<<z.literalIndex-1, uint64(1)<<z.distanceIndex-1
	result := onward

	for pos <= len(src)-fastSrc && out <= len(dst)-fastDst {
		bits |= binary.LittleEndian.Uint64(src[pos:]) << (nbits & 63)
		pos += int((63 - nbits&63) >> 3)
		nbits |= 56
		// Now 56 bits or more: two literals from the first table take 20, a
		// length 20.
		e := literals[bits&literalMask]
		if e.isLiteral() {
			bits >>= e & 63
			nbits -= uint(e)
			dst[out] = byte(e >> 16)
			out++
			e = literals[bits&literalMask]
			if e.isLiteral() {
				bits >>= e & 63
				nbits -= uint(e)
				dst[out] = byte(e >> 16)
				out++
				e = literals[bits&literalMask]
				if e.isLiteral() {
					bits >>= e & 63
					nbits -= uint(e)
					dst[out] = byte(e >> 16)
					out++
					continue
				}
			}
		}
		if e&entrySpecial != 0 {
			if e&entrySubtable != 0 {
				bits >>= e & 63
				nbits -= uint(e)
				e = literals[uint64(e>>16)+bits&(1<<(e>>8&15)-1)]
				if e.isLiteral() {
					bits >>= e & 63
					nbits -= uint(e)
					dst[out] = byte(e >> 16)
					out++
					continue
				}
			}
			if e&entryEnd != 0 {
				bits >>= e & 63
				nbits -= uint(e)
				result = endOfCodes
				break
			}
			if e&entrySpecial != 0 {
				result = z.fail(ErrLengthSymbol)
				break
			}
		}
		length := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		nbits -= uint(e)

		if nbits&63 < 28 {
			bits |= binary.LittleEndian.Uint64(src[pos:]) << (nbits & 63)
			pos += int((63 - nbits&63) >> 3)
			nbits |= 56
		}
		e = distances[bits&distanceMask]
		if e&entrySpecial != 0 {
			if e&entrySubtable != 0 {
				bits >>= e & 63
				nbits -= uint(e)
				e = distances[uint64(e>>16)+bits&(1<<(e>>8&15)-1)]
			}
			if e&entrySpecial != 0 {
				result = z.fail(ErrDistanceSymbol)
				break
			}
		}
		distance := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		nbits -= uint(e)

		from := out - distance
		end := out + length
		if distance < 8 || from < 0 || distance > z.far || end > len(dst)-16 {
			if distance > z.far || distance > out+z.w.held {
				result = z.fail(ErrDistance)
				break
			}
			if from < 0 && z.w.readShort(dst[out:], -from, length) {
				out = end
				continue
			}
			c.out, z.length, z.distance = out, length, distance
			result = z.match(c)
			out = c.out
			if result != onward {
				break
			}
			continue
		}
		// Most matches have at most 16 octets.
		binary.LittleEndian.PutUint64(dst[out:], binary.LittleEndian.Uint64(dst[from:]))
		binary.LittleEndian.PutUint64(dst[out+8:], binary.LittleEndian.Uint64(dst[from+8:]))
		for n := 16; n < length; n += 8 {
			binary.LittleEndian.PutUint64(dst[out+n:], binary.LittleEndian.Uint64(dst[from+n:]))
		}
		out = end
	}
	c.pos, c.out, c.bits, c.nbits = pos, out, bits, nbits&63
	if result == endOfCodes {
		return z.endBlock(c)
	}
	return result
}
