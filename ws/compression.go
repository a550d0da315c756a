package ws

import (
	"longwire.example/ws/deflate"
	"longwire.example/ws/handshake"
)

// The defaults of Compression.
const (
	// DefaultThreshold is the default of Compression.Threshold, in octets,
	// where each message is compressed by itself: below it there is little to
	// gain.
	DefaultThreshold = 256
	// DefaultTakeoverThreshold is the default at level 0 where messages may refer
	// to those before: then short ones gain the most.
	DefaultTakeoverThreshold = 32
	// DefaultCoderThreshold is the default at the other levels where messages may
	// refer to those before. Their compressor looks for no references in a piece
	// that is shorter, and forgets what was before it.
	DefaultCoderThreshold = 128
	// ratioStep is after how many inflated octets Compression.MaxRatio is judged
	// again, besides at the end of the message. A message of no more is no
	// burden, whatever it was made of.
	ratioStep = 32 << 10
)

// Compression says how a connection uses permessage-deflate (RFC 7692). A
// server accepts what a client offers within it, a client offers it. The zero
// value compresses each message by itself with windows of up to 32 KiB, and
// holds no memory between messages.
//
// Do not compress secrets together with what an attacker may choose: the length
// of the result tells of both (RFC 7692 section 8). MessageType.Plain sends one
// message uncompressed.
type Compression struct {
	// Level chooses what compresses. 0 is this module's own encoder: fast, and
	// with context takeover each connection holds up to 56 KiB to send with at a
	// window of 15 bits, 9 KiB at 12. 1 (fastest) to 9 (smallest) are those of
	// github.com/klauspost/compress/flate: with context takeover each
	// connection then holds a compressor of about 1 MiB. Below a window of 15
	// bits that package has one level only. Other numbers are an error of
	// Options.Check.
	Level int

	// ServerContextTakeover and ClientContextTakeover say that messages of that
	// side may refer to those that it sent before: shorter results for more
	// memory, on both sides; whoever receives them holds a window, at every
	// level. Without it, the window does not outlive the message (RFC 7692
	// section 7.1.1).
	ServerContextTakeover bool
	ClientContextTakeover bool

	// WindowOnly makes level 0 with context takeover keep nothing but the window
	// between messages, 32 KiB instead of 56 at 15 bits. Before each message it
	// then has to be searched through, which is what makes short ones slower. The
	// other levels take no notice of it.
	WindowOnly bool

	// ServerMaxWindowBits and ClientMaxWindowBits bound the window that a side
	// may refer back to when it compresses, to 1<<bits octets: 8 to 15, 15 by
	// default. The other side may hold that much (RFC 7692 section 7.1.2). A
	// client that did not offer client_max_window_bits can't be bounded by a
	// server. Some implementations know 9 to 15 only: to ask for 8 makes their
	// clients fail the connection and their servers decline.
	ServerMaxWindowBits int
	ClientMaxWindowBits int

	// Threshold is how many octets a message must have to be compressed; 1 when
	// negative. The default is DefaultThreshold, and when this side keeps its
	// context DefaultTakeoverThreshold at level 0, DefaultCoderThreshold at the
	// others. How long a Writer's message gets is not known: unless its first
	// fragment is its last, it counts as one of 32 KiB.
	Threshold int

	// MaxRatio limits how many octets a received message may inflate to for
	// each of its octets on the wire: beyond it the connection ends with 1009.
	// It is judged after every 32 KiB and at the end of the message, and one of
	// at most 32 KiB passes always. Zero and negative: no limit but
	// Options.MaxMessage. DEFLATE itself can't do more than 1032.
	MaxRatio int
}

// policy is what is to be negotiated.
func (o *Compression) policy() *handshake.Deflate {
	return &handshake.Deflate{
		ServerContextTakeover: o.ServerContextTakeover,
		ClientContextTakeover: o.ClientContextTakeover,
		ServerMaxWindowBits:   o.ServerMaxWindowBits,
		ClientMaxWindowBits:   o.ClientMaxWindowBits,
	}
}

// maxCompressed is how many octets on the wire a message of limit octets in one
// frame may take: what the least able of common encoders makes of octets that it
// can't compress. zlib's own bound for what it does with the smallest windows
// and fixed blocks only, 9 bits for an octet, is 67/512 more.
func maxCompressed(limit int64) int64 {
	if limit <= 0 {
		return 0
	}
	const room = 1 << 10
	if more := limit + limit/7 + room; more > limit {
		return more
	}
	return 0 // as good as no limit
}

// compression is permessage-deflate on one connection; nil where it was not
// agreed on.
type compression struct {
	in  inflation
	out deflation
}

func newCompression(role Role, p handshake.DeflateParams, o *Compression) *compression {
	if o == nil {
		o = &Compression{}
	}
	s := o.policy().Side(p, role == RoleClient)
	c := &compression{
		in:  inflation{bits: s.ReceiveWindowBits, maxRatio: int64(o.MaxRatio)},
		out: deflation{level: o.Level, bits: s.SendWindowBits, takeover: s.SendContextTakeover, windowOnly: o.WindowOnly},
	}
	if c.out.level > 0 && c.out.bits < deflate.MaxWindowBits {
		c.out.level = 1 // they are all the same
	}
	if s.ReceiveContextTakeover {
		c.in.window = deflate.NewWindow(s.ReceiveWindowBits)
	}
	switch {
	case o.Threshold > 0:
		c.out.threshold = o.Threshold
	case o.Threshold < 0:
		c.out.threshold = 1
	case c.out.takeover && c.out.level == 0:
		c.out.threshold = DefaultTakeoverThreshold
	case c.out.takeover:
		c.out.threshold = DefaultCoderThreshold
	default:
		c.out.threshold = DefaultThreshold
	}
	return c
}
