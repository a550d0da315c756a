package comet

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
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
	// Stream has the options of the transport sse, where its Heartbeat and
	// WriteTimeout take the place of those below and its Origins, if it has any,
	// are to list what those below do. Its Shutdown ends every request that is
	// held.
	Hub *sse.Hub

	// Topics gives what a request may read. When it gives an error, the client
	// gets 403, or what the StatusCode method of an error in its tree gives
	// ([sse.HTTPError] has one). The text is logged and not told to the client.
	Topics func(r *http.Request) (topics []string, err error)

	// Receive takes what a client has sent, by POST or as a message of its
	// WebSocket, whose request r is then. It decides by r who may send: Topics is
	// not asked. The answer to a POST is the id, which is that of the event if one
	// was published, or 204 if it is empty. An error is 400, or what its StatusCode
	// method gives, and closes a WebSocket with 1008. Nil: nothing is taken.
	Receive func(r *http.Request, data []byte) (id string, err error)

	// Origins are the origins of other sites whose pages may read and send: each
	// as a browser sends it, such as "https://example.com". There are no patterns.
	// Without it, only pages of this server may. A proxy that changes the Host
	// makes these pages of another site, and their origin is to be listed then.
	Origins []string

	// AllowCredentials lets pages of Origins send cookies.
	AllowCredentials bool

	// JSONP lets poll and longpoll answer with a script. Any page of any site can
	// then read what the user's browser may read here. The callback is any name, with
	// dots: a page that loads scripts from addresses that others give it lets them
	// call whatever it has.
	JSONP bool

	// Hold is how long a long poll waits for an event: 25 s by default, less than
	// most proxies wait. Negative is as 0 would be: it does not wait.
	Hold time.Duration

	// Heartbeat is how long a stream may be silent before something without
	// meaning is sent: 15 s by default. It keeps proxies from hanging up, and is
	// how a client that vanished is noticed. A WebSocket has Pings for that, and
	// is sent a cursor at this pace if its own has become old.
	Heartbeat time.Duration

	// WriteTimeout is how long a client may need to take what is sent at once, and
	// to send a body: 10 s by default. A slower one loses its request. It takes
	// the place of the timeouts of http.Server. On HTTP/2 a client whose
	// connection takes nothing at all is cut off by
	// http.Server.HTTP2.WriteByteTimeout alone, so that is to be set.
	WriteTimeout time.Duration

	// MaxHeld bounds the requests that are held at a time, those of all
	// transports but poll and send: 10,000 by default. More get 503.
	MaxHeld int

	// MaxBody is how many octets a client may send at once: 64 KiB by default.
	MaxBody int64

	// MaxBatch is how many events one answer of poll and longpoll has at most:
	// 256 by default. It also ends with the event that makes it 1 MiB of data.
	MaxBatch int

	// MaxStream is after how many octets a stream, a multipart stream or an iframe
	// ends, and the client asks again: 1 MiB by default. Browsers keep all of such
	// an answer in memory.
	MaxStream int64

	// WebSocket has the options of WebSockets, but for Origins and
	// InsecureSkipOriginCheck: Origins above is for all transports. MaxMessage is
	// MaxBody if it is zero, and WriteTimeout that above.
	WebSocket ws.Options

	// Logger gets a record for each request that was refused or cut off. Nil logs
	// nothing.
	Logger *slog.Logger

	once    sync.Once
	wrong   error
	set     settings
	held    held
	encoded encodings
}

// Shutdown ends the requests that are held, as [sse.Hub.Shutdown] says: each is
// given what it has, and a WebSocket is closed with 1001. It returns nil when all
// of them have ended; at the end of ctx the WebSockets that are left are cut off,
// and the error is that of ctx. What comes after it gets 503.
func (h *Handler) Shutdown(ctx context.Context) error {
	if err := h.Check(); err != nil {
		return err
	}
	h.held.close()
	err := h.Hub.Shutdown(ctx)
	if err == nil {
		err = h.held.wait(ctx)
	}
	if err != nil {
		h.set.cut()
	}
	return err
}
