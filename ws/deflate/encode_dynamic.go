package deflate

// dynamicCodes are the codes of a dynamic block, and how the block says them
// (RFC 1951 section 3.2.7).
type dynamicCodes struct {
	literals, distances, codeLengths codewords

	// How many lengths of each are said: HLIT, HDIST, HCLEN.
	literalCodes, distanceCodes, codeLengthCodes int
	runs                                         [maxDynamicLiterals + maxDynamicDistances]lengthRun
	runCount                                     int

	huffman huffman
}

// lengthRun is a symbol of the code length code, and above it at bit 5 the value
// of its extra bits.
type lengthRun uint16

// make makes the codes, given how often each symbol occurs. The answer is how
// many bits they take: to say them, and to say all symbols with them, without
// extra bits.
func (d *dynamicCodes) make(literals *[maxDynamicLiterals]uint32, distances *[maxDynamicDistances]uint32) int {
	sum := 5 + 5 + 4 + d.huffman.make(&d.literals, literals[:], longestCode)
	sum += d.huffman.make(&d.distances, distances[:], longestCode)
	d.literalCodes, d.distanceCodes = maxDynamicLiterals, maxDynamicDistances
	for d.literals[d.literalCodes-1] == 0 {
		d.literalCodes--
	}
	for d.distances[d.distanceCodes-1] == 0 {
		d.distanceCodes--
	}
	frequencies := d.makeRuns()
	sum += d.huffman.make(&d.codeLengths, frequencies[:], maxCodeLengthBits)
	for symbol, n := range frequencies {
		sum += int(n) * int(codeLengthSymbols[symbol].take())
	}
	d.codeLengthCodes = maxCodeLengthCodes
	for d.codeLengths[codeLengthOrder[d.codeLengthCodes-1]] == 0 {
		d.codeLengthCodes--
	}
	return sum + 3*d.codeLengthCodes
}

// makeRuns makes runs of the code lengths of both codes, which follow each other
// as if they were one. It gives how often each symbol occurs.
func (d *dynamicCodes) makeRuns() (frequencies [maxCodeLengthCodes]uint32) {
	var lengths [maxDynamicLiterals + maxDynamicDistances]uint8
	all := lengths[:d.literalCodes+d.distanceCodes]
	for i, c := range d.literals[:d.literalCodes] {
		all[i] = uint8(c.bits())
	}
	for i, c := range d.distances[:d.distanceCodes] {
		all[d.literalCodes+i] = uint8(c.bits())
	}
	d.runCount = 0
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n] == all[0] {
			n++
		}
		d.repeat(all[0], n, &frequencies)
		all = all[n:]
	}
	return frequencies
}

// repeat says a length n times.
func (d *dynamicCodes) repeat(length uint8, n int, frequencies *[maxCodeLengthCodes]uint32) {
	say := func(symbol uint8, value int) {
		d.runs[d.runCount] = lengthRun(symbol) | lengthRun(value)<<5
		d.runCount++
		frequencies[symbol]++
	}
	if length > 0 {
		say(length, 0)
		n--
	}
	for n >= 3 {
		k := min(n, 6)
		switch {
		case length > 0:
			say(repeatPrevious, k-3)
		case n <= 10:
			k = n
			say(repeatZero, k-3)
		default:
			k = min(n, 138)
			say(repeatZeroLong, k-11)
		}
		n -= k
	}
	for range n {
		say(length, 0)
	}
}

// write writes the codes.
func (d *dynamicCodes) write(w *bitWriter) {
	w.put(uint64(d.literalCodes-257), 5)
	w.put(uint64(d.distanceCodes-1), 5)
	w.put(uint64(d.codeLengthCodes-4), 4)
	for _, symbol := range codeLengthOrder[:d.codeLengthCodes] {
		w.put(uint64(d.codeLengths[symbol].bits()), 3)
	}
	for _, r := range d.runs[:d.runCount] {
		symbol := r & 31
		c := d.codeLengths[symbol]
		w.put(uint64(c>>8), uint(c.bits()))
		w.put(uint64(r>>5), codeLengthSymbols[symbol].take())
	}
}
