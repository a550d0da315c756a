package protocol

import (
	"math"

	"longwire.example/ws/frame"
)

// limits bounds messages. No limit is the greatest number there is, so that
// there is one comparison and no special case.
type limits struct {
	frame      int64
	message    int64
	compressed int64
	fragments  int
}

func newLimits(r Rules) limits {
	l := limits{frame: math.MaxInt64, message: math.MaxInt64, compressed: math.MaxInt64, fragments: math.MaxInt}
	if r.MaxFrame > 0 {
		l.frame = r.MaxFrame
	}
	if r.MaxMessage > 0 {
		l.message = r.MaxMessage
	}
	if r.MaxCompressed > 0 {
		l.compressed = r.MaxCompressed
	}
	if r.MaxFragments > 0 {
		l.fragments = r.MaxFragments
	}
	return l
}

// short gives the longest payload, up to 125 octets, that can be a message by
// itself.
func (l limits) short() uint8 {
	return uint8(min(l.frame, l.message, frame.MaxControlPayload) & bitsLength)
}

// flushed is how many octets more than otherwise the compressed form of a message
// may have for each fragment that ends: an empty stored block, and what it costs
// to begin another block behind that (RFC 7692 section 7.2.1).
const flushed = 16

// admit judges a frame of length octets that would be the next of a message,
// compressed or not, of which soFar octets in count frames have been admitted.
// It is asked when the header is complete, before any payload. soFar is never
// over the limit, so the subtraction cannot overflow whatever length the peer
// declares.
func (l limits) admit(length, soFar int64, count int, compressed bool) error {
	limit := l.message
	if compressed {
		limit = l.compressed
		limit += min(flushed*int64(count), math.MaxInt64-limit)
	}
	switch {
	case length > l.frame:
		return frame.ErrFrameTooBig
	case length > limit-soFar:
		return frame.ErrMessageTooBig
	case count >= l.fragments:
		return frame.ErrTooManyFragments
	default:
		return nil
	}
}
