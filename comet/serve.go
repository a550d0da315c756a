package comet

import (
	"net/http"
	"strings"
	"time"
)

// transport is one of the paths that a Handler answers.
type transport struct {
	methods string // of the Allow field
	serve   func(x *exchange) error
	holds   bool // it counts for MaxHeld
}

var transports = map[string]*transport{
	"poll":          {methods: "GET, HEAD", serve: (*exchange).poll},
	"longpoll":      {methods: "GET", serve: (*exchange).longPoll, holds: true},
	"stream":        {methods: "GET", serve: (*exchange).stream, holds: true},
	"multipart":     {methods: "GET", serve: (*exchange).multipart, holds: true},
	"iframe":        {methods: "GET", serve: (*exchange).iframe, holds: true},
	"sse":           {methods: "GET, HEAD", serve: (*exchange).eventStream, holds: true},
	"ws":            {methods: "GET", serve: (*exchange).webSocket, holds: true},
	"send":          {methods: "POST", serve: (*exchange).send},
	"client.js":     {methods: "GET, HEAD", serve: func(x *exchange) error { return x.script("client.js") }},
	"transports.js": {methods: "GET, HEAD", serve: func(x *exchange) error { return x.script("transports.js") }},
}

// ServeHTTP answers a request. What counts of its path is the last element, so a
// Handler can be put under any prefix.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{h: h, w: w, r: r, rc: http.NewResponseController(w)}
	if err := x.serve(); err != nil {
		x.refuse(err)
		if x.broken {
			panic(http.ErrAbortHandler)
		}
	}
}

func (x *exchange) serve() error {
	h, r := x.h, x.r
	if err := h.Check(); err != nil {
		return &refusal{status: http.StatusInternalServerError, text: "this server is set up wrongly", err: err}
	}
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	t := transports[name]
	if t == nil {
		return refuse(http.StatusNotFound, "no transport is called %.40q", name)
	}
	if err := x.admit(name); err != nil {
		return err
	}
	allowed := t.methods + ", OPTIONS"
	if r.Method == http.MethodOptions {
		x.preflight(allowed)
		return nil
	}
	if !lists(t.methods, r.Method) {
		x.w.Header().Set("Allow", allowed)
		return refuse(http.StatusMethodNotAllowed, "%s is for %s", name, t.methods)
	}
	if x.unread() && name != "send" {
		// It means nothing (RFC 9110 section 9.3.1), and on HTTP/1 net/http would
		// wait for it before it sends anything.
		return refuse(http.StatusBadRequest, "a request for events has no body")
	}
	if t.holds {
		if err := h.held.enter(); err != nil {
			x.w.Header().Set("Retry-After", "5")
			return err
		}
		defer func() {
			if !x.kept {
				h.held.leave()
			}
		}()
	}
	if r.ProtoMajor > 1 {
		// What http.Server has set is for the whole answer, and resets the stream
		// while a request is held and nothing is being written.
		_ = x.rc.SetWriteDeadline(time.Time{})
	}
	return t.serve(x)
}

// lists tells whether name is in a list as header fields have it.
func lists(list, name string) bool {
	for member := range strings.SplitSeq(list, ", ") {
		if member == name {
			return true
		}
	}
	return false
}
