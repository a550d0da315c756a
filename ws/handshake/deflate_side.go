package handshake

// DeflateSide is what one side does on the connection: the agreement, seen from
// there.
type DeflateSide struct {
	// SendContextTakeover: the compressor may keep its LZ77 sliding window from
	// one message to the next.
	SendContextTakeover bool
	// SendWindowBits bounds the compressor's window: 8 to 15.
	SendWindowBits int
	// ReceiveContextTakeover: the decompressor has to keep its window from one
	// message to the next.
	ReceiveContextTakeover bool
	// ReceiveWindowBits is the window that the decompressor needs: 8 to 15.
	ReceiveWindowBits int
}

// Side gives what the agreement p, an Agreement.Deflate, permits one side to
// send and demands of it for receiving: the client when client is true, else
// the server.
func (p DeflateParams) Side(client bool) DeflateSide {
	// Only the answer counts here: what an offer or a setting wished for does
	// neither bind the sender nor release the receiver.
	//req:impl RFC7692-5-13 RFC7692-7.2.1-08 RFC7692-7.2.1-09 RFC7692-7.2.1-11 RFC7692-7.2.1-12
	//req:impl RFC7692-7.2.1-13 RFC7692-7.2.1-14 RFC7692-7.2.1-15
	//req:impl RFC7692-7.2.2-01 RFC7692-7.2.2-02 RFC7692-7.2.2-03 RFC7692-7.2.2-04 RFC7692-7.2.2-05
	//req:impl RFC7692-7.2.2-06 RFC7692-7.2.2-07 RFC7692-7.2.2-08 RFC7692-7.2.2-09 RFC7692-7.2.2-10
	servers := DeflateSide{
		SendContextTakeover:    !p.ServerNoContextTakeover,
		SendWindowBits:         bitsOf(p.ServerMaxWindowBits),
		ReceiveContextTakeover: !p.ClientNoContextTakeover,
		ReceiveWindowBits:      bitsOf(p.ClientMaxWindowBits),
	}
	if !client {
		return servers
	}
	return DeflateSide{
		SendContextTakeover:    servers.ReceiveContextTakeover,
		SendWindowBits:         servers.ReceiveWindowBits,
		ReceiveContextTakeover: servers.SendContextTakeover,
		ReceiveWindowBits:      servers.SendWindowBits,
	}
}

// Side is p.Side with what this side does not want itself left out of what it
// sends. A client needs it: an answer without client_no_context_takeover, or
// with more client_max_window_bits than were offered, only permits more.
//
//req:impl RFC7692-7.1.1.2-03 RFC7692-7.2.1-10
func (d *Deflate) Side(p DeflateParams, client bool) DeflateSide {
	s := p.Side(client)
	takeover, bits := d.ServerContextTakeover, d.ServerMaxWindowBits
	if client {
		takeover, bits = d.ClientContextTakeover, d.ClientMaxWindowBits
	}
	s.SendContextTakeover = s.SendContextTakeover && takeover
	s.SendWindowBits = min(s.SendWindowBits, bitsOf(bits))
	return s
}
