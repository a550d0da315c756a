package handshake

import (
	"fmt"
	"strconv"
	"strings"
)

// OriginPattern is a set of origins to let in. ParseOriginPattern makes one;
// the zero value matches nothing.
type OriginPattern struct {
	scheme     string // empty: https, and http where there is no TLS
	host       string // with subdomains: the part behind "*."
	port       uint16 // 0: default of the scheme
	subdomains bool
	anyPort    bool
}

// ParseOriginPattern reads a pattern over the whole tuple of an origin:
//
//	https://example.com       that origin, port 443
//	https://example.com:8443  that origin
//	https://*.example.com     every subdomain at any depth, not example.com itself
//	http://localhost:*        any port
//	example.com               https://example.com, and on a connection without
//	                          TLS http://example.com as well
//	app://bundle              the origin of an application with its own scheme
//
// Letters are brought to lower case. A pattern without a scheme and with a
// port has that port under either scheme. The error is a plain one that says
// what is wrong: no host, a star anywhere else, a star before a name of one
// label or an address, userinfo, a path or a slash at the end, names that are
// not ASCII (write them with xn--), null. There is no pattern for every
// origin: that is Policy.InsecureSkipOriginCheck.
func ParseOriginPattern(s string) (OriginPattern, error) {
	var p OriginPattern
	fail := func(why string) (OriginPattern, error) {
		return OriginPattern{}, fmt.Errorf("websocket handshake: origin pattern %s: %s", quote(s), why)
	}
	rest := s
	if scheme, after, found := strings.Cut(s, "://"); found {
		if !validScheme(scheme) {
			return fail("the scheme is not valid (a star can't stand for it)")
		}
		p.scheme, rest = lowerASCII(scheme), after
	}
	switch {
	case rest == "*":
		return fail("every origin can be let in with InsecureSkipOriginCheck only")
	case equalFold(s, "null"):
		return fail("null is shared by unrelated pages and can't be allowed")
	case strings.ContainsAny(rest, "/?#\\@ "):
		return fail("an origin is scheme, host and port, without userinfo, path or slash at the end")
	}
	host, port, found := splitPort(rest)
	if after, ok := strings.CutPrefix(host, "*."); ok {
		p.subdomains, host = true, after
	}
	if strings.Contains(host, "*") {
		return fail("a star can only be the first label of the host, or the port")
	}
	var ok bool
	if p.host, ok = normalHost(host); !ok || strings.HasSuffix(host, ".") {
		return fail("the host is not a name in ASCII or an address")
	}
	if p.subdomains && !wildcardBase(p.host) {
		return fail("a star needs a domain of two labels or more behind it")
	}
	switch {
	case !found:
	case port == "*":
		p.anyPort = true
	default:
		if p.port, ok = parsePort(port); !ok || port[0] == '0' {
			return fail("the port is not a number from 1 to 65535, or *")
		}
	}
	return p, nil
}

// wildcardBase reports whether host may stand behind "*.": a name with a dot,
// or localhost, and no address.
func wildcardBase(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return host == "localhost" || last != host && !isDigit(last[0]) && host[0] != '['
}

// Match reports whether the pattern covers o on a connection that is secure or
// not.
func (p OriginPattern) Match(o Origin, secure bool) bool {
	switch {
	case p.host == "":
		return false
	case p.scheme != "" && p.scheme != o.Scheme:
		return false
	case p.scheme == "" && o.Scheme != "https" && (secure || o.Scheme != "http"):
		// Without a scheme in the pattern, http on a TLS connection is
		// a downgrade that nobody asked for.
		return false
	}
	if !p.anyPort {
		port := p.port
		if port == 0 {
			port = defaultPort(o.Scheme)
		}
		if port != o.Port {
			return false
		}
	}
	if !p.subdomains {
		return o.Host == p.host
	}
	// The dot in front keeps notexample.com out of *.example.com.
	under, ok := strings.CutSuffix(o.Host, p.host)
	return ok && len(under) > 1 && under[len(under)-1] == '.'
}

// String gives the pattern as ParseOriginPattern reads it.
func (p OriginPattern) String() string {
	var b strings.Builder
	if p.scheme != "" {
		b.WriteString(p.scheme + "://")
	}
	if p.subdomains {
		b.WriteString("*.")
	}
	b.WriteString(p.host)
	switch {
	case p.anyPort:
		b.WriteString(":*")
	case p.port != 0:
		b.WriteString(":" + strconv.Itoa(int(p.port)))
	}
	return b.String()
}
