package comet

// Encodings tells how many events were encoded so far, and what is kept of them.
func (h *Handler) Encodings() (made, kept, octets int) {
	c := &h.encoded
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made, len(c.byID), c.octets
}

// MaxEncodings and MaxEncodingOctets are the bounds of what is kept.
const (
	MaxEncodings      = maxEncodings
	MaxEncodingOctets = maxEncodingOctets
)
