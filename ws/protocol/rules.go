package protocol

// Role is the side of a connection that a Receiver or Sender works for.
type Role uint8

// The two roles. The client is the side that opened the connection; it masks
// what it sends (section 5.1).
const (
	Server Role = iota
	Client
)

// String gives "server" or "client".
func (r Role) String() string {
	switch r {
	case Server:
		return "server"
	case Client:
		return "client"
	default:
		return "unknown role"
	}
}

// Rules says what a [Receiver] lets pass. The zero value is a server without
// compression and without limits.
type Rules struct {
	// Role is the role of this side: a Server takes only masked frames, a
	// Client only unmasked ones.
	Role Role
	// Deflate says that permessage-deflate was agreed on in the handshake, so
	// the first frame of a message may have RSV1 set (RFC 7692 section 6).
	Deflate bool
	// SkipUTF8 leaves text messages unvalidated, for a driver that validates
	// them itself. Section 8.1 demands that somebody does.
	SkipUTF8 bool
	// MaxFrame bounds the payload of one data frame, in octets. Zero or
	// negative: no limit.
	MaxFrame int64
	// MaxMessage bounds the payload of one message over all its fragments, in
	// octets. Zero or negative: no limit. A message that is compressed is
	// bounded by MaxCompressed here, and by whoever inflates it.
	MaxMessage int64
	// MaxCompressed bounds the payload of one compressed message over all its
	// fragments, in octets as they are on the wire; each fragment but the last
	// may add 16 to it, since a compressor that ends one has to flush. Zero or
	// negative: no limit.
	MaxCompressed int64
	// MaxFragments bounds the data frames of one message; empty ones count.
	// Zero or negative: no limit.
	MaxFragments int
}
