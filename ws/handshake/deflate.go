package handshake

// The least and the greatest number of window bits (RFC 7692, section 7.1.2).
const minWindowBits, maxWindowBits = 8, 15

// Deflate is what one side is willing to agree on for permessage-deflate. The
// zero value: no context takeover in either direction, windows of up to 15
// bits.
//
// Both sides have all four settings. For the direction in which a side sends
// they are what it does itself, for the other one what it asks the peer for; a
// server that gets no client_max_window_bits in an offer can't ask for it.
type Deflate struct {
	// ServerContextTakeover lets the server's messages refer to those before.
	ServerContextTakeover bool
	// ClientContextTakeover lets the client's messages refer to those before.
	ClientContextTakeover bool
	// ServerMaxWindowBits bounds the LZ77 sliding window of the server's
	// messages, ClientMaxWindowBits that of the client's: 8 to 15; 0 means 15.
	ServerMaxWindowBits, ClientMaxWindowBits int
}

// Check finds window bits out of range. The error is a plain one. Without
// Check, bits out of range count as the nearest that there are, AnyWindowBits
// as 15.
func (d *Deflate) Check() error {
	return checkWindowBits(d.ServerMaxWindowBits, d.ClientMaxWindowBits)
}

// bitsOf gives the window bits that a setting or a parameter stands for: none
// and AnyWindowBits are no bound. So what nobody bounds is the largest window,
// and not one of less than the recommended 1,024 octets.
//
//req:impl RFC7692-7.3-01
func bitsOf(n int) int {
	if n == 0 || n == AnyWindowBits {
		return maxWindowBits
	}
	return max(minWindowBits, min(n, maxWindowBits))
}

// Accept is the server's answer to what a client offers: to the first
// permessage-deflate that can be accepted, in the client's order of preference.
// Elements with an unknown or repeated parameter or with a bad value are
// declined, and other extensions passed over. With false there is none left,
// and the answer has no permessage-deflate.
func (d *Deflate) Accept(offers []Extension) (DeflateParams, bool) {
	// The elements are looked at in the client's order, and what is wrong in
	// one of them speaks against this one only. Windows of all sizes and both
	// ways of context takeover are supported in both directions.
	//req:impl RFC7692-5-06 RFC7692-7-01
	for _, e := range offers {
		if e.Name != deflateName {
			continue
		}
		if o, err := parseDeflate(e, true); err == nil {
			return d.answer(o), true
		}
	}
	return DeflateParams{}, false
}

// answer is the answer to an offer that is well-formed: there is one to each.
func (d *Deflate) answer(o DeflateParams) (p DeflateParams) {
	// server_no_context_takeover comes back when the client asks for it, and
	// without being asked for when the server keeps no context anyway, so that
	// the client need not keep a window for nothing.
	//req:impl RFC7692-7.1.1.1-02 RFC7692-7.1.1.1-03 RFC7692-7.1.1.1-04
	p.ServerNoContextTakeover = o.ServerNoContextTakeover || !d.ServerContextTakeover
	// The client's hint is taken, since it says that the client won't use what
	// the server would keep for it. Without the hint the server may ask for it.
	//req:impl RFC7692-7.1.1.2-02
	p.ClientNoContextTakeover = o.ClientNoContextTakeover || !d.ClientContextTakeover
	// An offered server_max_window_bits comes back, the same or smaller; the
	// server's own bound is told without being asked for.
	//req:impl RFC7692-7.1.2.1-04 RFC7692-7.1.2.1-05
	if bits := min(bitsOf(o.ServerMaxWindowBits), bitsOf(d.ServerMaxWindowBits)); o.ServerMaxWindowBits != 0 || bits < maxWindowBits {
		p.ServerMaxWindowBits = bits
	}
	// client_max_window_bits is answered only where it was offered; a client
	// that did not may use 15 bits, whatever this side would like. Where it was
	// offered without a value, 15 is left out: it is what a client uses that
	// reads nothing about it. A value in the offer is always answered, so that
	// the client sees that the server keeps no more than this for it.
	//req:impl RFC7692-7.1.2.2-03 RFC7692-7.1.2.2-04 RFC7692-7.1.2.2-05
	if o.ClientMaxWindowBits != 0 {
		bits := min(bitsOf(o.ClientMaxWindowBits), bitsOf(d.ClientMaxWindowBits))
		if o.ClientMaxWindowBits != AnyWindowBits || bits < maxWindowBits {
			p.ClientMaxWindowBits = bits
		}
	}
	return p
}

// Offer is the client's offer, for Request.Extensions. It has
// client_max_window_bits in every case, so that the server may ask for less.
func (d *Deflate) Offer() Extension {
	//req:impl RFC7692-7.1.1.1-01 RFC7692-7.1.1.2-01
	p := DeflateParams{
		ServerNoContextTakeover: !d.ServerContextTakeover,
		ClientNoContextTakeover: !d.ClientContextTakeover,
		ClientMaxWindowBits:     AnyWindowBits,
	}
	// The window that this side can afford for what it receives.
	//req:impl RFC7692-5-03 RFC7692-5-04 RFC7692-7.1.2.1-01
	if bits := bitsOf(d.ServerMaxWindowBits); bits < maxWindowBits {
		p.ServerMaxWindowBits = bits
	}
	//req:impl RFC7692-7.1.2.2-01
	if bits := bitsOf(d.ClientMaxWindowBits); bits < maxWindowBits {
		p.ClientMaxWindowBits = bits
	}
	return p.element()
}
