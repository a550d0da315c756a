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
	if !only(s, classHost) {
		return "", false
	}
	name := strings.TrimSuffix(s, ".")
	if len(name) > maxHost {
		return "", false
	}
	for more := true; more; {
		var label string
		label, name, more = strings.Cut(name, ".")
		if label == "" || len(label) > maxLabel {
			return "", false
		}
	}
	return lowerASCII(s), true
}

// authority is the host and port of a Host field or of a request target.
type authority struct {
	host string // as normalHost gives it
	port uint16 // 0: none was written
}

// parseAuthority reads host[:port]. A colon without digits counts as no port,
// as RFC 3986, section 3.2.3 has it.
func parseAuthority(s string) (authority, bool) {
	h, p, _ := splitPort(s)
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
	return a, true
}
