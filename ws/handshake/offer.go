package handshake

import (
	"slices"
	"strconv"
)

// Mode is the way in which a WebSocket is asked for.
type Mode uint8

// The modes. The zero value is HTTP1.
const (
	HTTP1           Mode = iota // GET with Upgrade (RFC 6455, section 4), answered with 101
	ExtendedConnect             // CONNECT with :protocol (RFC 8441), answered with 200
)

// Incoming is a request as a server received it, by whatever read it. For
// net/http:
//
//	handshake.Incoming{
//		Method: r.Method, Major: r.ProtoMajor, Minor: r.ProtoMinor,
//		Host: r.Host, Target: r.RequestURI, Secure: r.TLS != nil,
//		Body: r.ContentLength != 0, Fields: r.Header,
//	}
//
// A Head makes its own with Head.Incoming.
type Incoming struct {
	Mode         Mode
	Method       string
	Major, Minor int    // HTTP version; not looked at with ExtendedConnect
	Host         string // of the Host field, of an absolute target, or :authority
	Target       string // the request target as it was sent, or :path
	Protocol     string // :protocol, with ExtendedConnect only
	Secure       bool   // the connection is TLS on this hop
	Body         bool   // the request announces a body; not looked at with ExtendedConnect
	Fields       Fields

	here knownHost
}

// Incoming gives the request that h holds, which came over TLS when secure is
// true.
func (h *Head) Incoming(secure bool) Incoming {
	in := Incoming{
		Method: h.Method, Major: h.Major, Minor: h.Minor,
		Target: h.Target, Secure: secure, Fields: h,
	}
	// A host in the target goes before the Host field (RFC 9112, section
	// 3.2.2).
	if host, _, ok := splitTarget(h.Target); ok && host != "" {
		in.Host = host
	} else if hosts := h.known(fieldHost); len(hosts) > 0 {
		in.Host = hosts[0]
		in.here = knownHost{in.Host, h.here}
	}
	return in
}

// Offer is what a client asks for: a request that matches section 4.2.1.
type Offer struct {
	Mode       Mode
	Method     string      // GET, or CONNECT with ExtendedConnect
	Target     string      // as it was sent
	Resource   string      // resource name of section 3: path and query of Target
	Host       string      // host, with the port if one was sent
	Secure     bool        // TLS on this hop
	Origin     []string    // value of each Origin line: none from most clients that are no browser
	Key        string      // Sec-WebSocket-Key; empty with ExtendedConnect
	Version    int         // Sec-WebSocket-Version: always 13
	Protocols  []string    // subprotocols, the client's favourite first, all different
	Extensions []Extension // in the order of the client's preference

	here   knownHost
	params []Param // room for those of Extensions
}

// ReadOffer checks a request item by item against section 4.2.1. Errors are
// *Error and are to be answered (AppendRefusal): ErrMethod, ErrHTTP,
// ErrTarget, ErrHost, ErrNotUpgrade, ErrConnection, ErrBody, ErrVersion,
// ErrVersionBad, ErrKey, ErrProtocols and ErrExtensions. Fields that it does
// not know are ignored (item 10). The strings of the Offer are those of in.
func ReadOffer(in *Incoming) (Offer, error) {
	var o Offer
	if err := o.Read(in); err != nil {
		return Offer{}, err
	}
	return o, nil
}

// Read is ReadOffer into an Offer whose lists have been used before: it
// allocates nothing when they are long enough. After an error o is of no use.
//
//req:impl RFC6455-4.2.1-09
func (o *Offer) Read(in *Incoming) error {
	// A request that does not match the list is answered with an HTTP error
	// and goes no further (section 4.2.1).
	//req:impl RFC6455-4.2.1-01 RFC6455-10.7-04
	o.Mode, o.Method, o.Target, o.Host, o.Secure = in.Mode, in.Method, in.Target, in.Host, in.Secure
	o.Resource, o.Key, o.Version = "", "", 0
	o.Origin = append(o.Origin[:0], valuesOf(in.Fields, fieldOrigin)...)
	var err error
	switch in.Mode {
	case HTTP1:
		err = checkUpgrade(in, o)
	case ExtendedConnect:
		err = checkConnect(in, o)
	}
	if err != nil {
		return err
	}
	if err := readVersion(valuesOf(in.Fields, fieldVersion)); err != nil {
		return err
	}
	o.Version = Version
	if in.Mode == HTTP1 {
		// Item 5: the key, exactly once (also section 11.3.1).
		//req:impl RFC6455-4.2.1-06
		keys := valuesOf(in.Fields, fieldKey)
		if len(keys) != 1 || !validKey(trim(keys[0])) {
			return ErrKey
		}
		o.Key = trim(keys[0])
	}
	if o.Protocols, err = readProtocols(o.Protocols[:0], valuesOf(in.Fields, fieldProtocol)); err != nil {
		return err
	}
	o.Extensions, o.params, err = readExtensions(o.Extensions[:0], o.params[:0], valuesOf(in.Fields, fieldExtensions))
	return err
}

// Reset makes o forget what it read. The memory of its lists is kept.
func (o *Offer) Reset() {
	clear(o.Origin[:cap(o.Origin)])
	clear(o.Protocols[:cap(o.Protocols)])
	clear(o.Extensions[:cap(o.Extensions)])
	clear(o.params[:cap(o.params)])
	*o = Offer{Origin: o.Origin[:0], Protocols: o.Protocols[:0], Extensions: o.Extensions[:0], params: o.params[:0]}
}

// checkUpgrade is items 1 to 4 of section 4.2.1.
func checkUpgrade(in *Incoming, o *Offer) error {
	// Item 1: a GET of HTTP/1.1 or higher whose target is of use.
	//req:impl RFC6455-4.2.1-02
	if in.Method != "GET" {
		return ErrMethod.because(quote(in.Method))
	}
	if !atLeast11(in.Major, in.Minor) {
		return ErrHTTP
	}
	if err := readTarget(in, o); err != nil {
		return err
	}
	// Item 3: websocket among the names in Upgrade, in any case. A request
	// without it is no broken handshake but none at all.
	//req:impl RFC6455-4.2.1-04
	if !hasToken(valuesOf(in.Fields, fieldUpgrade), "websocket") {
		return ErrNotUpgrade
	}
	// Item 4: Upgrade among the tokens in Connection, in any case.
	//req:impl RFC6455-4.2.1-05
	if !hasToken(valuesOf(in.Fields, fieldConnection), "upgrade") {
		return ErrConnection
	}
	// Octets behind the head are frames. With a body announced, somebody
	// between us and the client could take them for something else.
	lengths := valuesOf(in.Fields, fieldContentLength)
	if in.Body || valuesOf(in.Fields, fieldTransferEncoding) != nil ||
		len(lengths) > 1 || len(lengths) == 1 && trim(lengths[0]) != "0" {
		return ErrBody
	}
	return nil
}

// checkConnect is what takes the place of items 1 to 4 in RFC 8441, section 4
// and 5.
func checkConnect(in *Incoming, o *Offer) error {
	if in.Method != "CONNECT" {
		e := ErrMethod.because(quote(in.Method))
		e.Fields = []Field{{"Allow", "CONNECT"}}
		return e
	}
	if !equalFold(in.Protocol, "websocket") {
		return ErrNotUpgrade
	}
	return readTarget(in, o)
}

// readTarget is the rest of item 1 and item 2 of section 4.2.1.
func readTarget(in *Incoming, o *Offer) error {
	var ok bool
	if _, o.Resource, ok = splitTarget(in.Target); !ok || !validTarget("GET", in.Target) {
		return ErrTarget
	}
	// Item 2: a Host field with the server's authority.
	//req:impl RFC6455-4.2.1-03
	if o.here = in.here; !o.here.know(in.Host) {
		return ErrHost.because(quote(in.Host))
	}
	return nil
}

// readVersion is item 6 of section 4.2.1.
func readVersion(values []string) error {
	if len(values) == 0 {
		return ErrVersion.because("Sec-WebSocket-Version is missing")
	}
	if len(values) > 1 {
		return ErrVersionBad.because("more than one")
	}
	v := trim(values[0])
	// A version is a number from 0 to 255 without leading zeros (section
	// 4.3).
	//req:impl RFC6455-4.3-02
	if v == versionText {
		return nil
	}
	if _, err := strconv.ParseUint(v, 10, 8); err != nil || len(v) > 1 && v[0] == '0' {
		return ErrVersionBad.because(quote(v))
	}
	// The version is 13; for any other the answer lists what is spoken here
	// (sections 4.2.2 and 4.4).
	//req:impl RFC6455-4.2.1-07 RFC6455-4.2.2-06 RFC6455-4.4-01
	return ErrVersion.because("the request has ", v)
}

// MaxProtocols is how many subprotocols a request may list.
const MaxProtocols = 64

// readProtocols is item 8 of section 4.2.1. The field may come in several
// lines (section 11.3.4).
func readProtocols(list, values []string) ([]string, error) {
	if len(values) == 0 {
		return list, nil
	}
	//req:impl RFC6455-11.3.4-01
	list, err := appendTokens(list, values)
	if err != nil {
		return nil, ErrProtocols
	}
	if len(list) == 0 {
		return nil, ErrProtocols.because("empty")
	}
	if len(list) > MaxProtocols {
		return nil, ErrProtocols.because("over ", strconv.Itoa(MaxProtocols), " of them")
	}
	if p, ok := repeated(list); ok {
		return nil, ErrProtocols.because(p, " twice")
	}
	return list, nil
}

// repeated finds a string that stands in list more than once. Comparing each
// with each is the fastest way for the few there are.
func repeated(list []string) (string, bool) {
	for i, s := range list {
		if slices.Contains(list[:i], s) {
			return s, true
		}
	}
	return "", false
}
