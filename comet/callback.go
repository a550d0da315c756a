package comet

import (
	"net/http"
	"strings"
)

// maxCallback is the longest name of a callback.
const maxCallback = 128 // octets

// checkCallback takes names of functions, with the objects that they are members
// of: ASCII identifiers with dots between them. Whatever else stands at the
// beginning of a script is a program of the one who wrote the link.
func checkCallback(name string) error {
	for part := range strings.SplitSeq(name, ".") {
		if !isIdentifier(part) {
			return refuse(http.StatusBadRequest, "the callback is not the name of a function")
		}
	}
	return nil
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
