package deflate

import "encoding/binary"

// counts begins a dynamic block: how many codes each alphabet has (RFC 1951
// section 3.2.7).
func (z *Inflater) counts(c *call) outcome {
	if !c.need(14) {
		return starved
	}
	z.literalCodes = c.take(5) + 257
	distanceCodes := c.take(5) + 1
	z.codeLengthCodes = c.take(4) + 4
	if z.literalCodes > maxDynamicLiterals || distanceCodes > maxDynamicDistances {
		return z.fail(ErrCodeCount)
	}
	z.bothCodes = z.literalCodes + distanceCodes
	z.known, z.state = 0, stateCodeLengthCode
	return onward
}

// codeLengthCode reads the code in which the lengths of the other two codes
// are given.
func (z *Inflater) codeLengthCode(c *call) outcome {
	for z.known < z.codeLengthCodes {
		if !c.need(3) {
			return starved
		}
		z.lengths[codeLengthOrder[z.known]] = uint8(c.take(3))
		z.known++
	}
	for _, symbol := range codeLengthOrder[z.known:] {
		z.lengths[symbol] = 0
	}
	var count lengthCount
	for _, n := range z.lengths[:maxCodeLengthCodes] {
		count[n]++
	}
	// Unlike the distance code, this one is always needed.
	if count[0] == maxCodeLengthCodes {
		return z.fail(ErrCodeLengthCode)
	}
	z.distanceIndex = buildTable(z.distanceTable[:], z.lengths[:maxCodeLengthCodes], &count, codeLengthSymbols[:], maxCodeLengthIndex, &z.sorted)
	if z.distanceIndex == 0 {
		return z.fail(ErrCodeLengthCode)
	}
	z.literalCount, z.distanceCount = lengthCount{}, lengthCount{}
	z.known, z.state = 0, stateCodeLengths
	return onward
}

// codeLengths reads the lengths of both codes, which are one sequence: a
// repetition may go from the one to the other.
func (z *Inflater) codeLengths(c *call) outcome {
	src, pos, bits, nbits := c.src, c.pos, c.bits, c.nbits
	known, mask := z.known, uint64(1)<<z.distanceIndex-1
	result := onward
	for known < z.bothCodes {
		if nbits < 14 { // the longest code and its extra bits
			if pos <= len(src)-8 {
				bits |= binary.LittleEndian.Uint64(src[pos:]) << (nbits & 63)
				pos += int((63 - nbits) >> 3)
				nbits |= 56
			} else {
				for ; nbits < 14 && pos < len(src); nbits += 8 {
					bits |= uint64(src[pos]) << (nbits & 63)
					pos++
				}
			}
		}
		e := z.distanceTable[bits&mask]
		n := e.take()
		if n > nbits {
			result = starved
			break
		}
		if e.isLiteral() {
			bits >>= n & 63
			nbits -= n
			length := uint8(e >> 16)
			z.lengths[known] = length
			if known < z.literalCodes {
				z.literalCount[length&15]++
			} else {
				z.distanceCount[length&15]++
			}
			known++
			continue
		}
		if e&entrySpecial != 0 {
			result = z.fail(ErrCodeLengthCode)
			break
		}
		repeat := e.value() + int(bits&(1<<n-1)>>e.codeBits())
		bits >>= n & 63
		nbits -= n
		length := uint8(0)
		if e&entryPrevious != 0 {
			if known == 0 {
				result = z.fail(ErrCodeLengths)
				break
			}
			length = z.lengths[known-1]
		}
		if repeat > z.bothCodes-known {
			result = z.fail(ErrCodeLengths)
			break
		}
		z.repeatLength(known, repeat, length)
		known += repeat
	}
	c.pos, c.bits, c.nbits, z.known = pos, bits, nbits, known
	if result != onward {
		return result
	}
	return z.dynamicTables()
}

// repeatLength sets repeat code lengths from the place known on.
func (z *Inflater) repeatLength(known, repeat int, length uint8) {
	run := z.lengths[known : known+repeat]
	for i := range run {
		run[i] = length
	}
	literals := min(repeat, max(0, z.literalCodes-known))
	z.literalCount[length&15] += uint16(literals)
	z.distanceCount[length&15] += uint16(repeat - literals)
}

// dynamicTables makes the tables of a dynamic block.
func (z *Inflater) dynamicTables() outcome {
	if z.lengths[endOfBlock] == 0 {
		return z.fail(ErrNoEndOfBlock)
	}
	z.literalIndex = buildTable(z.literalTable[:], z.lengths[:z.literalCodes], &z.literalCount, literalSymbols[:], maxLiteralIndex, &z.sorted)
	if z.literalIndex == 0 {
		return z.fail(ErrLiteralCode)
	}
	z.distanceIndex = buildTable(z.distanceTable[:], z.lengths[z.literalCodes:z.bothCodes], &z.distanceCount, distanceSymbols[:], maxDistanceIndex, &z.sorted)
	if z.distanceIndex == 0 {
		return z.fail(ErrDistanceCode)
	}
	z.state = stateCodes
	return onward
}
