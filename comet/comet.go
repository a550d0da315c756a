package comet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"longwire.example/sse"
	"longwire.example/ws"
)

// The defaults of a [Handler].
const (
	DefaultHold         = 25 * time.Second
	DefaultHeartbeat    = 15 * time.Second
	DefaultWriteTimeout = 10 * time.Second
	DefaultMaxHeld      = 10_000
	DefaultMaxBody      = 64 << 10 // octets
	DefaultMaxBatch     = 256      // events
	DefaultMaxStream    = 1 << 20  // octets
)

// Handler answers the requests of all transports. Its fields are read at the
// first request and are not to be changed after it. In every number and duration
// zero means the default, and a negative value no limit, or off.
type Handler struct {
	// Hub has what is sent. Its Overflow policy is best Disconnect, the default:
	// whoever is too slow comes back with its cursor and misses nothing. Its
	// Shutdown ends every request that is held.
	Hub *sse.Hub

	// Topics gives what a request may read. When it gives an error, the client
	// gets 403, or what the StatusCode method of an error in its tree gives
	// ([sse.HTTPError] has one). The text is logged and not told to the client.
	Topics func(r *http.Request) (topics []string, err error)

	// Receive takes what a client has sent, by POST or as a message of its
	// WebSocket, whose request r is then. The answer to a POST is the id, which is
	// that of the event if one was published, or 204 if it is empty. An error is
	// 400, or what its StatusCode method gives, and closes a WebSocket with 1008.
	// Nil: nothing is taken.
	Receive func(r *http.Request, data []byte) (id string, err error)

	// Origins are the origins of other sites whose pages may read and send: each
	// as a browser sends it, such as "https://example.com". There are no patterns.
	// Without it, only pages of this server may. A proxy that changes the Host
	// makes these pages of another site, and their origin is to be listed then.
	Origins []string

	// AllowCredentials lets pages of Origins send cookies.
	AllowCredentials bool

	// JSONP lets poll and longpoll answer with a script. Any page of any site can
	// then read what the user's browser may read here.
	JSONP bool

	// Hold is how long a long poll waits for an event: 25 s by default, less than
	// most proxies wait. Negative is as 0 would be: it does not wait.
	Hold time.Duration

	// Heartbeat is how long a stream may be silent before something without
	// meaning is sent: 15 s by default. It keeps proxies from hanging up, and is
	// how a client that vanished is noticed.
	Heartbeat time.Duration

	// WriteTimeout is how long a client may need to take what is sent at once:
	// 10 s by default. A slower one loses its request.
	WriteTimeout time.Duration

	// MaxHeld bounds the requests that are held at a time, those of all
	// transports but poll and send: 10,000 by default. More get 503.
	MaxHeld int

	// MaxBody is how many octets a client may send at once: 64 KiB by default.
	MaxBody int64

	// MaxBatch is how many events one answer of poll and longpoll has at most:
	// 256 by default.
	MaxBatch int

	// MaxStream is after how many octets a stream, a multipart stream or an iframe
	// ends, and the client asks again: 1 MiB by default. Browsers keep all of such
	// an answer in memory.
	MaxStream int64

	// WebSocket has the options of WebSockets. Its Origins are those above. Its
	// Group, if it has one, is not shut down by the hub.
	WebSocket ws.Options

	// Logger gets a record for each request that was refused or cut off. Nil logs
	// nothing.
	Logger *slog.Logger

	once  sync.Once
	wrong error
	set   settings
	held  atomic.Int64
}

// settings is what a Handler's fields say, with the defaults; 0 is no limit, or
// off.
type settings struct {
	hold, heartbeat, writeTimeout time.Duration
	maxHeld                       int64
	maxBody                       int64
	maxBatch                      int
	maxStream                     int64
	webSocket                     ws.Options
}

func (h *Handler) init() {
	h.set = settings{
		hold:         max(cmp.Or(h.Hold, DefaultHold), 0),
		heartbeat:    max(cmp.Or(h.Heartbeat, DefaultHeartbeat), 0),
		writeTimeout: max(cmp.Or(h.WriteTimeout, DefaultWriteTimeout), 0),
		maxHeld:      int64(max(cmp.Or(h.MaxHeld, DefaultMaxHeld), 0)),
		maxBody:      max(cmp.Or(h.MaxBody, DefaultMaxBody), 0),
		maxBatch:     max(cmp.Or(h.MaxBatch, DefaultMaxBatch), 0),
		maxStream:    max(cmp.Or(h.MaxStream, DefaultMaxStream), 0),
		webSocket:    h.WebSocket,
	}
	h.set.webSocket.Origins = append(h.set.webSocket.Origins[:len(h.WebSocket.Origins):len(h.WebSocket.Origins)], h.Origins...)
	h.set.webSocket.MaxMessage = cmp.Or(h.WebSocket.MaxMessage, h.set.maxBody)
	h.wrong = h.check()
}

// Check finds what is wrong with the fields: there is no Hub or no Topics, an
// origin that no browser sends, wrong options of the hub or of WebSocket. With
// such, every request is answered with 500.
func (h *Handler) Check() error {
	h.once.Do(h.init)
	return h.wrong
}

func (h *Handler) check() error {
	switch {
	case h.Hub == nil:
		return errors.New("comet: Handler.Hub is nil")
	case h.Topics == nil:
		return errors.New("comet: Handler.Topics is nil")
	}
	if err := h.Hub.Check(); err != nil {
		return fmt.Errorf("comet: Handler.Hub: %w", err)
	}
	if err := (&sse.Options{Origins: h.Origins, AllowCredentials: h.AllowCredentials}).Check(); err != nil {
		return fmt.Errorf("comet: Handler.Origins: %w", err)
	}
	if err := h.set.webSocket.Check(); err != nil {
		return fmt.Errorf("comet: Handler.WebSocket: %w", err)
	}
	return nil
}

// transport is one of the paths that a Handler answers.
type transport struct {
	methods string // of the Allow field
	serve   func(x *exchange) error
	holds   bool // it counts for MaxHeld
}

var transports = map[string]*transport{
	"poll":      {methods: "GET, HEAD", serve: (*exchange).poll},
	"longpoll":  {methods: "GET", serve: (*exchange).longPoll, holds: true},
	"stream":    {methods: "GET", serve: (*exchange).stream, holds: true},
	"multipart": {methods: "GET", serve: (*exchange).multipart, holds: true},
	"iframe":    {methods: "GET", serve: (*exchange).iframe, holds: true},
	"sse":       {methods: "GET, HEAD", serve: (*exchange).eventStream, holds: true},
	"ws":        {methods: "GET", serve: (*exchange).webSocket, holds: true},
	"send":      {methods: "POST", serve: (*exchange).send},
	"client.js": {methods: "GET, HEAD", serve: (*exchange).client},
}

// ServeHTTP answers a request. What counts of its path is the last element, so a
// Handler can be put under any prefix.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{h: h, w: w, r: r, rc: http.NewResponseController(w)}
	if err := x.serve(); err != nil {
		x.refuse(err)
	}
}

func (x *exchange) serve() error {
	h, r := x.h, x.r
	if err := h.Check(); err != nil {
		return &refusal{status: http.StatusInternalServerError, text: "this server is set up wrongly", err: err}
	}
	name := path.Base(r.URL.Path)
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
	if t.holds {
		if n := h.held.Add(1); h.set.maxHeld > 0 && n > h.set.maxHeld {
			h.held.Add(-1)
			x.w.Header().Set("Retry-After", "1")
			return refuse(http.StatusServiceUnavailable, "too many requests are held")
		}
		defer h.held.Add(-1)
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

// Shutdown ends the requests that are held, as [sse.Hub.Shutdown] says: each is
// given what it has, and a WebSocket is closed with 1001.
func (h *Handler) Shutdown(ctx context.Context) error { return h.Hub.Shutdown(ctx) }
