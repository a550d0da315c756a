package handshake

import (
	"strconv"
	"strings"
)

// Origin is a web origin (RFC 6454): the tuple that two pages have to share to
// count as one site.
type Origin struct {
	Scheme string // in lower case
	Host   string // ASCII, in lower case; IPv6 in brackets, in its shortest form
	Port   uint16 // 80 and 443 for http and https without one, 0 for other schemes
}

// ParseOrigin reads the value of an Origin field: scheme://host or
// scheme://host:port and nothing else. Letters are brought to lower case and
// default ports filled in. ok is false for everything that a browser does not
// send for a page with a host: null, a list, userinfo, a path (a slash at the
// end too), a name that is not ASCII, is empty or ends with a dot, an empty
// port or one with leading zeros.
func ParseOrigin(s string) (o Origin, ok bool) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !validScheme(scheme) {
		return Origin{}, false
	}
	o.Scheme = lowerASCII(scheme)
	host, port, found := splitPort(rest)
	if o.Host, ok = normalHost(host); !ok || strings.HasSuffix(host, ".") {
		return Origin{}, false
	}
	if !found {
		o.Port = defaultPort(o.Scheme)
		return o, true
	}
	if o.Port, ok = parsePort(port); !ok || port[0] == '0' {
		return Origin{}, false
	}
	return o, true
}

func validScheme(s string) bool { return only(s, classScheme) && isLetter(s[0]) }

func defaultPort(scheme string) uint16 {
	switch scheme {
	case "http", "ws":
		return 80
	case "https", "wss":
		return 443
	}
	return 0
}

// String gives the origin as a browser would send it.
func (o Origin) String() string {
	if o.Port == defaultPort(o.Scheme) {
		return o.Scheme + "://" + o.Host
	}
	return o.Scheme + "://" + o.Host + ":" + strconv.Itoa(int(o.Port))
}

// CheckOrigin decides whether a request may come from where its Origin fields
// say (section 10.2). values are the values of the Origin lines, host is the
// authority that the request was sent to, secure tells whether it came over
// TLS on this hop, allowed are the patterns to accept besides the same origin.
//
// A request without Origin passes: it does not come from a web page, and who
// sends it could as well forge the field. The same origin passes: same scheme,
// host and port. Where there is no TLS on this hop, https passes too if the
// host is the same and either the ports are or both are the default of their
// scheme, since TLS often ends at a proxy. All else has to match a pattern;
// what ParseOrigin does not understand never passes. The error is ErrOrigin,
// and its Text names the origin received and the one expected.
func CheckOrigin(values []string, host string, secure bool, allowed []OriginPattern) error {
	return checkOrigin(values, &knownHost{}, host, secure, allowed)
}

// checkOrigin is CheckOrigin where something may be known of host.
func checkOrigin(values []string, here *knownHost, host string, secure bool, allowed []OriginPattern) error {
	// A request without Origin is not to be taken for a browser's (section
	// 4.2.1, item 7).
	//req:impl RFC6455-4.2.1-08
	if len(values) == 0 {
		return nil
	}
	// The origin is part of the decision, and an unwanted one is answered
	// with 403 (sections 4.2.2 and 10.2).
	//req:impl RFC6455-4.2.2-04 RFC6455-4.2.2-05 RFC6455-10.2-01 RFC6455-10.2-02
	if len(values) == 1 {
		ok := here.know(host)
		if ok && here.serial && isOriginOf(values[0], host, secure) {
			return nil
		}
		if origin, valid := ParseOrigin(values[0]); valid {
			if ok && sameOrigin(origin, here.authority, secure) {
				return nil
			}
			for _, p := range allowed {
				if p.Match(origin, secure) {
					return nil
				}
			}
		}
	}
	received := quote(values[0])
	if len(values) > 1 {
		received = strconv.Itoa(len(values)) + " Origin fields, the first " + received
	}
	return ErrOrigin.because("received ", received, ", expected ", expected(host, secure, allowed))
}

// isOriginOf tells whether an Origin says the same as the Host, octet for
// octet: most do, and then neither needs to be taken apart.
func isOriginOf(origin, host string, secure bool) bool {
	rest, ok := strings.CutPrefix(origin, schemeFor(secure))
	return ok && len(rest) == len("://")+len(host) && rest[:3] == "://" && rest[3:] == host
}

func sameOrigin(o Origin, here authority, secure bool) bool {
	if o.Host != here.host {
		return false
	}
	scheme := schemeFor(secure)
	own := here.port
	if own == 0 {
		own = defaultPort(scheme)
	}
	if o.Scheme == scheme {
		return o.Port == own
	}
	return !secure && o.Scheme == "https" &&
		(o.Port == own || o.Port == defaultPort("https") && own == defaultPort("http"))
}

func schemeFor(secure bool) string {
	if secure {
		return "https"
	}
	return "http"
}

// expected says which origins would have passed.
func expected(host string, secure bool, allowed []OriginPattern) string {
	text := quote(schemeFor(secure) + "://" + host)
	if !secure {
		text += " or the same with https"
	}
	switch len(allowed) {
	case 0:
		return text
	case 1:
		return text + " or the one pattern allowed"
	default:
		return text + " or one of the " + strconv.Itoa(len(allowed)) + " patterns allowed"
	}
}
