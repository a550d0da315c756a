package handshake

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// URI is a ws or wss URI (section 3), taken apart.
type URI struct {
	Secure   bool   // wss
	Host     string // ASCII name in lower case, or an IP address without brackets, perhaps with a zone
	Port     uint16 // 80 or 443 when none was written
	Resource string // path and query in ASCII, as the request line has them: "/" at least
	Userinfo string // what stood before "@", still percent-encoded; never part of the request
}

// ErrURI is wrapped by every error of ParseURI, which says what is wrong. The
// errors do not repeat the userinfo.
var ErrURI = errors.New("websocket handshake: not a valid WebSocket URI")

// ParseURI reads an absolute ws or wss URI, with the scheme in any case. A
// host that is not ASCII is converted by IDNA, what is not ASCII or not a URI
// character in path and query is percent-encoded as UTF-8. Refused are: other
// schemes, fragments, spaces, control characters, backslashes, text that is
// not UTF-8, wrong percent-encodings, and hosts and ports that can't be.
func ParseURI(s string) (URI, error) {
	u, why := parseURI(s)
	if why != "" {
		// Parts that are not valid by section 3 end the attempt (section
		// 4.1).
		//req:impl RFC6455-4.1-03 RFC6455-4.1-04
		return URI{}, fmt.Errorf("%w: %s", ErrURI, why)
	}
	return u, nil
}

func parseURI(s string) (u URI, why string) {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || c == '\\' {
			return u, "space, control character or backslash"
		}
	}
	if !utf8.ValidString(s) {
		return u, "not UTF-8"
	}
	// A "#" begins a fragment, and there is none on these URIs (section 3).
	//req:impl RFC6455-3-02 RFC6455-3-03
	if strings.Contains(s, "#") {
		return u, "fragment (a # that is no fragment is written %23)"
	}
	scheme, rest, ok := strings.Cut(s, "://")
	// The scheme in any case decides about TLS (section 3).
	//req:impl RFC6455-3-04
	if u.Secure = equalFold(scheme, "wss"); !ok || !u.Secure && !equalFold(scheme, "ws") {
		return u, "scheme is not ws or wss"
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	where, resource := rest[:end], rest[end:]
	if at := strings.LastIndexByte(where, '@'); at >= 0 {
		u.Userinfo, where = where[:at], where[at+1:]
		if u.Userinfo != "" && !only(u.Userinfo, classUser) || !escapesOK(u.Userinfo) {
			return u, "userinfo"
		}
	}
	host, port, _ := splitPort(where)
	if u.Host, ok = uriHost(host); !ok {
		return u, "host " + quote(host)
	}
	// Without a port it is 80 for ws and 443 for wss (section 3).
	//req:impl RFC6455-3-01
	if u.Port = defaultPort(lowerASCII(scheme)); port != "" {
		if u.Port, ok = parsePort(port); !ok {
			return u, "port " + quote(port)
		}
	}
	if u.Resource, ok = resourceName(resource); !ok {
		return u, "percent-encoding"
	}
	return u, ""
}

// uriHost gives the host that is put on the wire, without brackets.
func uriHost(s string) (string, bool) {
	if strings.HasPrefix(s, "[") {
		return uriAddress(s)
	}
	// As in net/url, only octets of UTF-8 may be percent-encoded: two readers
	// of one URI should not see two hosts.
	for i := range len(s) {
		if s[i] == '%' && (i+1 == len(s) || s[i+1] < '8') {
			return "", false
		}
	}
	// The conversion below takes time with the square of the length.
	name, err := url.PathUnescape(s)
	if err != nil || len(name) > 4*maxHost || !utf8.ValidString(name) {
		return "", false
	}
	// A host that is not ASCII becomes so by the rules for international
	// names (section 11.1).
	//req:impl RFC6455-11.1.1-01 RFC6455-11.1.2-01
	if strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if name, err = idna.Lookup.ToASCII(name); err != nil {
			return "", false
		}
	}
	return normalHost(name)
}

// uriAddress reads an IPv6 address in brackets, which may have a zone (RFC
// 6874): a link-local address can't be dialed without one.
func uriAddress(s string) (string, bool) {
	host, zone, hasZone := strings.Cut(strings.TrimSuffix(s[1:], "]"), "%25")
	a, err := netip.ParseAddr(host)
	if err != nil || !a.Is6() || a.Zone() != "" || s[len(s)-1] != ']' {
		return "", false
	}
	if !hasZone {
		return a.String(), true
	}
	if !only(zone, classHost) {
		return "", false
	}
	return a.WithZone(zone).String(), true
}

// resourceName makes the resource name of section 3 out of path and query.
func resourceName(s string) (string, bool) {
	if !escapesOK(s) {
		return "", false
	}
	// An empty path is "/", and an empty query leaves no "?" behind.
	//req:impl RFC6455-3-05
	path, query, _ := strings.Cut(s, "?")
	if path == "" {
		path = "/"
	}
	if query != "" {
		path += "?" + query
	}
	// What is not ASCII becomes percent-encoded UTF-8 (section 11.1). So do
	// the few printable characters that no URI may hold.
	//req:impl RFC6455-11.1.1-02 RFC6455-11.1.2-02
	if only(path, classURI) {
		return path, true
	}
	const hex = "0123456789ABCDEF"
	var b []byte
	for i := range len(path) {
		if c := path[i]; classes[c]&classURI != 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b), true
}

// Authority is the value of the Host field: the host, in brackets if it is an
// IPv6 address and without a zone, and the port if it is not the default.
func (u *URI) Authority() string {
	host, _, _ := strings.Cut(u.Host, "%")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if u.Port == defaultPort(u.scheme()) {
		return host
	}
	return host + ":" + strconv.Itoa(int(u.Port))
}

// Address is host and port as net.Dial takes them.
func (u *URI) Address() string {
	host := u.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(int(u.Port))
}

// Credentials gives the user name and password of the userinfo, decoded. ok is
// false when there is no userinfo.
func (u *URI) Credentials() (user, password string, ok bool) {
	if u.Userinfo == "" {
		return "", "", false
	}
	user, password, _ = strings.Cut(u.Userinfo, ":")
	user, err1 := url.PathUnescape(user)
	password, err2 := url.PathUnescape(password)
	return user, password, err1 == nil && err2 == nil
}

// String gives the URI without its userinfo, so that it can be logged.
func (u *URI) String() string { return u.scheme() + "://" + u.Authority() + u.Resource }

func (u *URI) scheme() string {
	if u.Secure {
		return "wss"
	}
	return "ws"
}
