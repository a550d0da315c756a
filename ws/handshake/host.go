package handshake

import (
	"net/netip"
	"strings"
)

// splitPort cuts the port off an authority without userinfo. The port is
// without its colon, found tells whether there was one. Brackets stay on the
// host.
func splitPort(authority string) (host, port string, found bool) {
	if strings.HasPrefix(authority, "[") {
		end := strings.IndexByte(authority, ']')
		if end < 0 {
			return authority, "", false
		}
		host, rest := authority[:end+1], authority[end+1:]
		if !strings.HasPrefix(rest, ":") {
			return host + rest, "", false
		}
		return host, rest[1:], true
	}
	return strings.Cut(authority, ":")
}

// parsePort reads a port of 1 to 65535, digits only.
func parsePort(s string) (uint16, bool) {
	if s == "" || len(s) > 5 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return uint16(n), n > 0 && n <= 65535
}

// The longest name and label that the domain name system has.
const (
	maxHost  = 253
	maxLabel = 63
)

// normalHost checks the host of a URI, an origin or a Host field and returns it
// in its one form: a registered name in lower case, or an IPv6 address in
// brackets in its shortest form. Zones and non-ASCII names are refused. A dot
// at the end of a name stays.
func normalHost(s string) (string, bool) {
	if strings.HasPrefix(s, "[") {
		a, err := netip.ParseAddr(strings.TrimSuffix(s[1:], "]"))
		if err != nil || !a.Is6() || a.Zone() != "" || s[len(s)-1] != ']' {
			return "", false
		}
		return "[" + a.String() + "]", true
	}
	label, upper := 0, false // octets of this label; whether there is a capital
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.':
			if label == 0 {
				return "", false
			}
			label = 0
			continue
		case classes[c]&classHost == 0 || label == maxLabel:
			return "", false
		}
		upper = upper || c-'A' < 26
		label++
	}
	if s == "" || len(strings.TrimSuffix(s, ".")) > maxHost {
		return "", false
	}
	if upper {
		s = lowerASCII(s)
	}
	return s, true
}

// authority is the host and port of a Host field or of a request target.
type authority struct {
	host string // as normalHost gives it
	port uint16 // 0: none was written
	// serial: an Origin may end with the same octets. It has no dot at the end
	// of the host, no port without digits and none that begins with zero.
	serial bool
}

// parseAuthority reads host[:port]. A colon without digits counts as no port,
// as RFC 3986, section 3.2.3 has it.
func parseAuthority(s string) (authority, bool) {
	h, p, found := splitPort(s)
	var a authority
	var ok bool
	if a.host, ok = normalHost(h); !ok {
		return authority{}, false
	}
	if p != "" {
		if a.port, ok = parsePort(p); !ok {
			return authority{}, false
		}
	}
	a.serial = !strings.HasSuffix(h, ".") && (!found || p != "" && p[0] != '0')
	return a, true
}

// knownHost is a Host and what it was found to be, so that it is not parsed each time
// that somebody needs to know.
type knownHost struct {
	text string
	authority
}

// know makes k tell what s is, unless it does already, and whether s is a host
// with or without a port.
func (k *knownHost) know(s string) (ok bool) {
	if s == k.text && s != "" {
		return true
	}
	if k.authority, ok = parseAuthority(s); ok {
		k.text = s
	}
	return ok
}
