package sse

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// MaxLastEventID is how many octets a last event ID may have that is sent: a
// server answers 400 to a longer one, and a client leaves it out, since a server
// that refuses the length of a header refuses it for ever.
const MaxLastEventID = 8 << 10

// lastEventID gives the last event ID of a request: of the header field, else of
// the query parameter. "" is none: an empty one is not sent (section 9.2.3).
//
// What can't be an ID is refused and not taken for none, or the client would
// miss events without knowing.
//
//req:impl SSE-9.2.4-01
func (s *serverSettings) lastEventID(r *http.Request) (string, error) {
	wrong := func(why string) (string, error) {
		return "", &RefusedError{Status: http.StatusBadRequest, Reason: "the last event ID " + why}
	}
	ids := r.Header["Last-Event-Id"]
	if strings.Join(ids, "") == "" && s.LastEventIDParam != "" {
		ids = r.URL.Query()[s.LastEventIDParam]
	}
	if len(ids) == 0 {
		return "", nil
	}
	switch id := ids[0]; {
	case len(ids) > 1:
		return wrong("is there more than once")
	case len(id) > MaxLastEventID:
		return wrong("is longer than 8 KiB")
	case strings.ContainsAny(id, "\x00\r\n"):
		return wrong("has NUL, CR or LF")
	case !utf8.ValidString(id):
		return wrong("is not UTF-8")
	default:
		return id, nil
	}
}
