package handshake

import (
	"fmt"
	"strconv"
)

// deflateName is registered with IANA, as a name in a header has to be
// (section 9.1).
//
//req:impl RFC6455-9.1-04
const deflateName = "permessage-deflate"

// AnyWindowBits is client_max_window_bits without a value, in an offer: the
// client can use whatever window the server names.
const AnyWindowBits = -1

// DeflateParams are the parameters of permessage-deflate (RFC 7692, section
// 7.1). The zero value has none.
type DeflateParams struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15; 0: not there
	ClientMaxWindowBits     int // 8 to 15; 0: not there; AnyWindowBits in an offer
}

// ParseDeflateOffer reads the parameters of one offered permessage-deflate. An
// error, which is ErrDeflate, means that the server declines this element:
// a parameter that is unknown, has a wrong value or stands twice.
func ParseDeflateOffer(e Extension) (DeflateParams, error) {
	//req:impl RFC7692-7-01 RFC7692-7.1.1.1-02
	p, err := parseDeflate(e, true)
	if err != nil {
		return DeflateParams{}, err
	}
	return p, nil
}

// ParseDeflateAnswer reads the parameters that a server answered with and
// checks them against what the client offered, one element of offers for each
// permessage-deflate in its request. An error, which is ErrDeflate, fails the
// connection.
func ParseDeflateAnswer(e Extension, offers ...DeflateParams) (DeflateParams, error) {
	p, err := deflateAnswer(e, offers)
	if err != nil {
		return DeflateParams{}, err
	}
	return p, nil
}

func deflateAnswer(e Extension, offers []DeflateParams) (DeflateParams, *Error) {
	//req:impl RFC7692-7-02
	p, err := parseDeflate(e, false)
	if err != nil {
		return DeflateParams{}, err
	}
	why := "not offered"
	for _, o := range offers {
		if why = p.answers(o); why == "" {
			return p, nil
		}
	}
	return DeflateParams{}, ErrDeflate.because(why)
}

// answers tells why p can't be the answer to o, or nothing. What is not looked
// at here may be in an answer without having been offered.
//
//req:impl RFC7692-7.1.1.1-03 RFC7692-7.1.1.2-02 RFC7692-7.1.2.1-05
func (p DeflateParams) answers(o DeflateParams) string {
	switch {
	// An offer with server_no_context_takeover is accepted with it.
	//req:impl RFC7692-7.1.1.1-04
	case o.ServerNoContextTakeover && !p.ServerNoContextTakeover:
		return "server_no_context_takeover was asked for"
	// An offered server_max_window_bits comes back the same or smaller.
	//req:impl RFC7692-7.1.2.1-04
	case o.ServerMaxWindowBits != 0 && p.ServerMaxWindowBits == 0:
		return "server_max_window_bits was asked for"
	case o.ServerMaxWindowBits != 0 && p.ServerMaxWindowBits > o.ServerMaxWindowBits:
		return "server_max_window_bits is over what was asked for"
	// client_max_window_bits comes back only if it was offered.
	//req:impl RFC7692-7.1.2.2-03 RFC7692-7.1.2.2-05
	case p.ClientMaxWindowBits != 0 && o.ClientMaxWindowBits == 0:
		return "client_max_window_bits was not offered"
	}
	return ""
}

func parseDeflate(e Extension, offer bool) (p DeflateParams, err *Error) {
	// Parameters are those that the extension defines, each with the values
	// that it permits (RFC 6455, sections 9 and 9.1).
	//req:impl RFC6455-9-03 RFC6455-9.1-05
	if e.Name != deflateName {
		return p, ErrDeflate.because("the extension is ", quote(e.Name))
	}
	for _, param := range e.Params {
		ok, twice := true, false
		switch param.Name {
		case "server_no_context_takeover":
			twice = p.ServerNoContextTakeover
			p.ServerNoContextTakeover, ok = true, param.Value == ""
		case "client_no_context_takeover":
			//req:impl RFC7692-7.1.1.2-03
			twice = p.ClientNoContextTakeover
			p.ClientNoContextTakeover, ok = true, param.Value == ""
		case "server_max_window_bits":
			//req:impl RFC7692-7.1.2.1-02 RFC7692-7.1.2.1-03
			twice = p.ServerMaxWindowBits != 0
			p.ServerMaxWindowBits, ok = windowBits(param.Value)
		case "client_max_window_bits":
			//req:impl RFC7692-7.1.2.2-01 RFC7692-7.1.2.2-02 RFC7692-7.1.2.2-04
			twice = p.ClientMaxWindowBits != 0
			if offer && param.Value == "" {
				p.ClientMaxWindowBits = AnyWindowBits
			} else {
				p.ClientMaxWindowBits, ok = windowBits(param.Value)
			}
		default:
			return p, ErrDeflate.because("unknown ", quote(param.Name))
		}
		if twice {
			return p, ErrDeflate.because(param.Name, " twice")
		}
		if !ok {
			return p, ErrDeflate.because(param.Name, " with value ", quote(param.Value))
		}
	}
	return p, nil
}

// windowBits reads 8 to 15, without leading zeros.
func windowBits(s string) (int, bool) {
	switch {
	case len(s) == 1 && (s[0] == '8' || s[0] == '9'):
		return int(s[0] - '0'), true
	case len(s) == 2 && s[0] == '1' && s[1] >= '0' && s[1] <= '5':
		return 10 + int(s[1]-'0'), true
	}
	return 0, false
}

// Offer gives p as an element of a client's offer. The error is a plain one:
// window bits out of range.
//
//req:impl RFC7692-7.1.1.1-01 RFC7692-7.1.1.2-01 RFC7692-7.1.2.1-01
func (p DeflateParams) Offer() (Extension, error) {
	client := p.ClientMaxWindowBits
	if client == AnyWindowBits {
		client = 0
	}
	if err := checkWindowBits(p.ServerMaxWindowBits, client); err != nil {
		return Extension{}, err
	}
	return p.element(), nil
}

// Answer gives p as an element of a server's answer. The error is a plain one:
// window bits out of range, or without a value.
//
//req:impl RFC7692-7.1.2.1-03 RFC7692-7.1.2.2-04
func (p DeflateParams) Answer() (Extension, error) {
	if err := checkWindowBits(p.ServerMaxWindowBits, p.ClientMaxWindowBits); err != nil {
		return Extension{}, err
	}
	return p.element(), nil
}

// checkWindowBits finds bits out of range; 0 is none.
func checkWindowBits(server, client int) error {
	for _, window := range []struct {
		name string
		bits int
	}{
		{"server_max_window_bits", server},
		{"client_max_window_bits", client},
	} {
		if window.bits != 0 && (window.bits < minWindowBits || window.bits > maxWindowBits) {
			return fmt.Errorf("websocket handshake: %s %d is not from %d to %d", window.name, window.bits, minWindowBits, maxWindowBits)
		}
	}
	return nil
}

// element writes p, whose numbers are in range.
//
//req:impl RFC7692-5-01
func (p DeflateParams) element() Extension {
	params := make([]Param, 0, 4)
	if p.ServerNoContextTakeover {
		params = append(params, Param{Name: "server_no_context_takeover"})
	}
	if p.ClientNoContextTakeover {
		params = append(params, Param{Name: "client_no_context_takeover"})
	}
	if p.ServerMaxWindowBits != 0 {
		params = append(params, Param{"server_max_window_bits", strconv.Itoa(p.ServerMaxWindowBits)})
	}
	switch p.ClientMaxWindowBits {
	case 0:
	case AnyWindowBits:
		params = append(params, Param{Name: "client_max_window_bits"})
	default:
		params = append(params, Param{"client_max_window_bits", strconv.Itoa(p.ClientMaxWindowBits)})
	}
	if len(params) == 0 {
		params = nil // as it is parsed
	}
	return Extension{Name: deflateName, Params: params}
}

// verifyDeflate checks an answer against every offer of the request.
func (r *Request) verifyDeflate(e Extension) (DeflateParams, *Error) {
	var offers []DeflateParams
	for _, o := range r.Extensions {
		if p, err := parseDeflate(o, true); err == nil {
			offers = append(offers, p)
		}
	}
	return deflateAnswer(e, offers)
}
