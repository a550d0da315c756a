package frame

import "encoding/binary"

// Parse reads one header from the beginning of b and gives the number of
// octets that it took, 2 to [MaxHeader].
//
// When b does not hold the whole header, n is 0 and err is nil. If b has the
// first two octets, h has them too: its bits and opcode are valid and Length
// is the smallest that the header can still declare (126 or 65536 for the
// longer forms), so that rules about them need not wait.
//
// The error is [ErrLengthNotMinimal] or [ErrLengthTopBit], given at the first
// octet that decides it; n is 0 then, and h as above.
func Parse(b []byte) (h Header, n int, err error) {
	if len(b) < sizeShort {
		return Header{}, 0, nil
	}
	h.b0, h.b1 = b[0], b[1]
	h.Length = int64(h.b1 & bitsLen)
	if h.Length > maxShort {
		return parseLong(h, b)
	}
	if h.b1&bitMask == 0 {
		return h, sizeShort, nil
	}
	if len(b) < sizeShort+sizeKey {
		return h, 0, nil
	}
	h.Key = Key(binary.LittleEndian.Uint32(b[sizeShort:]))
	return h, sizeShort + sizeKey, nil
}

// parseLong goes on where the 7 bits of the length are 126 or 127.
func parseLong(h Header, b []byte) (Header, int, error) {
	n := size16
	if h.Length == length16 {
		if len(b) < size16 {
			return h, 0, nil
		}
		//req:impl RFC6455-5.2-07
		// Section 5.2: after 126 the length is 16 bits in network byte order.
		length := int64(binary.BigEndian.Uint16(b[2:]))
		//req:impl RFC6455-5.2-06
		// Section 5.2: the shortest of the three forms, so 16 bits only for
		// what 7 bits cannot say.
		if length <= maxShort {
			return h, 0, ErrLengthNotMinimal
		}
		h.Length = length
	} else {
		n = size64
		h.Length = max16 + 1
		//req:impl RFC6455-5.2-05
		// Section 5.2: the top bit of the 64-bit form is 0. It is in the first
		// of the eight octets, so nothing else needs to be there.
		if len(b) > 2 && b[2]&0x80 != 0 {
			return h, 0, ErrLengthTopBit
		}
		//req:impl RFC6455-5.2-06
		// Section 5.2, shortest form again: with the first six of the eight
		// octets zero, 16 bits would have done, whatever the last two are.
		if len(b) >= 8 && b[2]|b[3]|b[4]|b[5]|b[6]|b[7] == 0 {
			return h, 0, ErrLengthNotMinimal
		}
		if len(b) < size64 {
			return h, 0, nil
		}
		h.Length = int64(binary.BigEndian.Uint64(b[2:])) // the top bit is 0
	}
	if h.b1&bitMask == 0 {
		return h, n, nil
	}
	if len(b) < n+sizeKey {
		return h, 0, nil
	}
	h.Key = Key(binary.LittleEndian.Uint32(b[n:]))
	return h, n + sizeKey, nil
}

// Append appends the octets of the header to dst, with the length in the
// shortest form that holds it. It always encodes a legal length: a negative
// one as 0.
func (h Header) Append(dst []byte) []byte {
	//req:impl RFC6455-5.2-06 RFC6455-5.2-07
	// Section 5.2: 7 bits up to 125, else 16 bits, else 64, most significant
	// octet first.
	mask := h.b1 & bitMask
	switch {
	case h.Length <= maxShort:
		dst = append(dst, h.b0, mask|byte(max(h.Length, 0)))
	case h.Length <= max16:
		dst = append(dst, h.b0, mask|length16, byte(h.Length>>8), byte(h.Length))
	default:
		dst = append(dst, h.b0, mask|length64)
		dst = binary.BigEndian.AppendUint64(dst, uint64(h.Length))
	}
	if mask != 0 {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(h.Key))
	}
	return dst
}

// PutBefore writes the header so that it ends at buf[end], right before a
// payload that stands there, and gives the index of its first octet: one write
// then sends both without a copy. MaxHeader octets of head-room always do. If
// there are fewer than h.Len() octets before end, or end is outside buf, it
// writes nothing and gives -1.
func (h Header) PutBefore(buf []byte, end int) (start int) {
	n := h.Len()
	if end < n || end > len(buf) {
		return -1
	}
	start = end - n
	h.Append(buf[start:start:end])
	return start
}
