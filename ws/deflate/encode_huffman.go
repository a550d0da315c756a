package deflate

import "slices"

// longestCode is how long the literal/length and distance codes of our dynamic
// blocks get. RFC 1951 allows 15 bits; of 14, four fit into 64 bits with what is
// left of an octet.
const longestCode = 14

// huffman makes Huffman codes. It is working memory.
type huffman struct {
	used   [maxDynamicLiterals]uint16 // symbols that occur, in their order
	sorted [maxDynamicLiterals]uint32 // the same, as frequency<<9 | symbol, ascending
	// A tree: its leaves in the order of sorted, then the nodes above them.
	weight [2 * maxDynamicLiterals]uint32
	parent [2 * maxDynamicLiterals]uint16
}

// make makes c a canonical code for symbols that occur so often, with no code
// over limit. It gives how many bits the symbols take with it: as few as can be,
// unless a code had to be cut to the limit.
func (h *huffman) make(c *codewords, frequencies []uint32, limit int) int {
	clear(c[:])
	used := h.sort(frequencies)
	if len(used) < 2 {
		return h.makeSmallest(c, frequencies, used)
	}
	h.depths(len(used))
	var count lengthCount
	for _, depth := range h.weight[:len(used)] {
		count[min(int(depth), limit)]++
	}
	shorten(count[:limit+1])
	// The longest codes are for the rarest symbols.
	sum, rest := 0, h.sorted[:len(used)]
	for n := limit; n > 0; n-- {
		for _, s := range rest[:count[n]] {
			c[s&511] = codeword(n)
			sum += n * int(s>>9)
		}
		rest = rest[count[n]:]
	}
	c.assign(&count, used)
	return sum
}

// makeSmallest makes a code for one symbol or none: two codes of one bit, since
// not every inflater takes less.
func (h *huffman) makeSmallest(c *codewords, frequencies []uint32, used []uint16) int {
	symbols := [2]uint16{0, 1}
	if len(used) == 1 && used[0] > 0 {
		symbols[1] = used[0]
	}
	c[symbols[0]], c[symbols[1]] = 1, 1
	c.assign(&lengthCount{1: 2}, symbols[:])
	return int(frequencies[symbols[0]] + frequencies[symbols[1]])
}

// sort finds the symbols that occur and sorts them by frequency.
func (h *huffman) sort(frequencies []uint32) (used []uint16) {
	n := 0
	for i, f := range frequencies {
		h.used[n] = uint16(i)
		n += int(-f >> 31) // 1 unless f is 0, without a branch
	}
	used = h.used[:n]
	// A bucket for each frequency; the last one is for all larger ones.
	const buckets = 64
	var end [buckets]uint16
	for _, symbol := range used {
		end[min(frequencies[symbol], buckets-1)]++
	}
	for i := 1; i < buckets; i++ {
		end[i] += end[i-1]
	}
	for _, symbol := range slices.Backward(used) {
		f := frequencies[symbol]
		at := &end[min(f, buckets-1)]
		*at--
		h.sorted[*at] = f<<9 | uint32(symbol)
	}
	slices.Sort(h.sorted[end[buckets-1]:n])
	return used
}

// depths makes a Huffman tree, and the weights of its n leaves their depths.
func (h *huffman) depths(n int) {
	for i, v := range h.sorted[:n] {
		h.weight[i] = v >> 9
	}
	// Leaves and nodes are both in ascending order: the two lightest that have no
	// parent are the next of either.
	leaf, node := 0, n
	for next := n; next < 2*n-1; next++ {
		sum := uint32(0)
		for range 2 {
			least := &leaf
			if leaf == n || node < next && h.weight[node] < h.weight[leaf] {
				least = &node
			}
			sum += h.weight[*least]
			h.parent[*least] = uint16(next)
			*least++
		}
		h.weight[next] = sum
	}
	h.weight[2*n-2] = 0
	for i := 2*n - 3; i >= 0; i-- {
		h.weight[i] = h.weight[h.parent[i]] + 1
	}
}

// shorten takes how many codes there are of each length, those over the limit
// counted as having the limit, and makes it a code: as long as there are more
// than there is room for, one moves up.
func shorten(count []uint16) {
	limit := len(count) - 1
	over := -(1 << limit)
	for n := 1; n <= limit; n++ {
		over += int(count[n]) << (limit - n)
	}
	for ; over > 0; over-- {
		// The longest code that is not of the limit gets one bit more, and the
		// place that this opens beside it goes to one of the limit.
		n := limit - 1
		for count[n] == 0 {
			n--
		}
		count[n]--
		count[n+1] += 2
		count[limit]--
	}
}
