package comet

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// checkCursor refuses what no Last-Event-ID could be: the two are one (the HTML
// standard, section 9.2.4). An ID that nobody has given is no mistake of the
// client's: the hub tells of a gap.
func checkCursor(cursor string) error {
	switch {
	case strings.ContainsAny(cursor, "\x00\r\n"):
		return refuse(http.StatusBadRequest, "the cursor has NUL, CR or LF")
	case !utf8.ValidString(cursor):
		return refuse(http.StatusBadRequest, "the cursor is not UTF-8")
	}
	return nil
}
