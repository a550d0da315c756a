package comet

import "net/http"

// maxCallback is the longest name of a callback: jQuery's have 40 octets.
const maxCallback = 128

// checkCallback takes names of functions, with the objects that they are members
// of: ASCII identifiers with dots between them. Whatever else stands at the
// beginning of a script is a program of the one who wrote the link.
func checkCallback(name string) error {
	begin := true // of an identifier
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$':
			begin = false
		case !begin && c >= '0' && c <= '9':
		case !begin && c == '.':
			begin = true
		default:
			return refuse(http.StatusBadRequest, "the callback is no name: octet %d is %q", i, c)
		}
	}
	if begin {
		return refuse(http.StatusBadRequest, "the callback is no name: it ends with %.1q or has nothing in it", tail(name))
	}
	return nil
}

func tail(s string) string { return s[max(len(s)-1, 0):] }
