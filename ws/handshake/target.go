package handshake

import "strings"

// validTarget checks a request target (RFC 9112, section 3.2): a path with an
// optional query, an http or https URI, or "*" for OPTIONS. A target in a
// request of HTTP/1.1 has no fragment and no userinfo.
func validTarget[T string | []byte](method string, target T) bool {
	if len(target) == 1 && target[0] == '*' {
		return method == "OPTIONS"
	}
	if !only(target, classTarget) {
		return false
	}
	if target[0] != '/' {
		_, resource, ok := splitTarget(string(target))
		return ok && escapesOK(pathOf(resource))
	}
	return escapesOK(pathOf(target))
}

// pathOf gives what stands before the query.
func pathOf[T string | []byte](resource T) T {
	for i := range len(resource) {
		if resource[i] == '?' {
			return resource[:i]
		}
	}
	return resource
}

// splitTarget takes a target apart: the authority, empty when there is none,
// and the resource name of section 3, which begins with a slash.
func splitTarget(target string) (host, resource string, ok bool) {
	if strings.HasPrefix(target, "/") {
		return "", target, true
	}
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok || !equalFold(scheme, "http") && !equalFold(scheme, "https") {
		return "", "", false
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, resource = rest[:end], rest[end:]
	if _, ok = parseAuthority(host); !ok {
		return "", "", false
	}
	if !strings.HasPrefix(resource, "/") {
		resource = "/" + resource
	}
	return host, resource, true
}
