package ws

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"longwire.example/ws/handshake"
	"longwire.example/ws/protocol"
)

// The defaults of Options. Every limit counts octets or frames, every time
// is a duration; SECURITY.md lists them with their reasons.
const (
	DefaultMaxMessage       = 1 << 20 // octets
	DefaultMaxFragments     = 131072  // frames of one message
	DefaultMaxControlRate   = 1000    // control frames a second
	DefaultQueueMessages    = 64
	DefaultQueueBytes       = 1 << 20
	DefaultHandshakeTimeout = 10 * time.Second
	DefaultWriteTimeout     = 10 * time.Second
	DefaultCloseTimeout     = 5 * time.Second
	DefaultPingInterval     = 30 * time.Second
	DefaultPingTimeout      = 15 * time.Second
)

// Options sets how a connection behaves. It is copied when a connection is
// made, so changing it later changes nothing. The zero value, and nil where a
// pointer is taken, is the safe default. In every number and duration zero
// means the default and a negative value means no limit.
type Options struct {
	// Subprotocols are the subprotocols that this side speaks, in order of
	// preference (section 1.9). A server answers with the first of the
	// client's list that is here.
	Subprotocols []string

	// Origins are the patterns of origins that a server takes besides its
	// own, such as "https://example.com" or "https://*.example.com:8443";
	// see handshake.ParseOriginPattern. A request without an Origin header
	// is not a browser's and passes. Server only.
	Origins []string

	// InsecureSkipOriginCheck takes every origin. Any page that a user opens
	// can then talk to this server with that user's cookies (section 10.2).
	// Server only.
	InsecureSkipOriginCheck bool

	// MaxMessage limits the octets of one received message: 1 MiB by
	// default. A frame header that would take a message over it is answered
	// with 1009 before any of its payload is read (section 10.4). Of a
	// compressed message the inflated octets count, and inflating ends at the
	// first one too many; on the wire it may have a seventh and 1 KiB more than
	// that, and 16 octets for each fragment but the last.
	MaxMessage int64

	// MaxFrame limits the octets of one received frame. Zero means that only
	// MaxMessage counts.
	MaxFrame int64

	// MaxFragments limits the frames of one received message, empty ones
	// counted: 131,072 by default.
	MaxFragments int

	// MaxControlRate limits received control frames a second: 1,000 by
	// default; above it the connection ends with 1008.
	MaxControlRate int

	// InsecureSkipUTF8 leaves received text unchecked, against section 8.1.
	InsecureSkipUTF8 bool

	// Compression turns permessage-deflate on (RFC 7692), where the other side
	// takes part. Nil, the default, leaves it off: see there what it may tell of
	// secrets.
	//
	//req:impl RFC7692-8-01
	Compression *Compression

	// HandshakeTimeout bounds the opening handshake: 10 s by default.
	HandshakeTimeout time.Duration

	// WriteTimeout is how long a peer may need to take 32 KiB, or a message
	// that is shorter: 10 s by default. A slower one loses the connection. It
	// may act up to a quarter later, since the deadline is not set anew for
	// each message.
	WriteTimeout time.Duration

	// CloseTimeout bounds the closing handshake: 5 s by default.
	CloseTimeout time.Duration

	// PingInterval is the time between two keepalive Pings: 30 s by default;
	// negative turns keepalive off.
	PingInterval time.Duration

	// PingTimeout is how long after a keepalive Ping at least one octet has
	// to come: 15 s by default.
	PingTimeout time.Duration

	// QueueMessages and QueueBytes bound what TryWrite and Group.Broadcast
	// queue on one connection: 64 messages and 1 MiB by default. An empty
	// queue takes one message of any size.
	QueueMessages int
	QueueBytes    int

	// OnRequest, when set, sees each handshake before the answer. It may add
	// fields to the answer, or refuse with an error: a *handshake.Error
	// gives the status, any other error becomes 403 without its text.
	// Server only.
	OnRequest func(r *Request) error

	// Group, when set, holds the connection until it ends.
	Group *Group

	// Logger gets one record for each connection that failed, at level Warn
	// on a violation and Info otherwise, and for each refused handshake.
	// Nil logs nothing.
	Logger *slog.Logger

	// Hooks are called as things happen; see there.
	Hooks Hooks
}

// Request is an opening handshake as a server received it.
type Request struct {
	Method string
	Target string // as on the request line
	Host   string
	Secure bool // TLS on this hop

	// TLS is the state of TLS on this hop, nil without it: a client's
	// certificate is there.
	TLS *tls.ConnectionState

	// Header holds the request's fields. It is not to be changed.
	Header http.Header

	// Response holds fields for the answer; the handshake's own can't be set
	// here.
	Response http.Header

	// RemoteAddr is the peer's address, "" when it is not known.
	RemoteAddr string
}

// Direction says which way octets went.
type Direction uint8

// The two directions.
const (
	Received Direction = iota
	Sent
)

// String gives "received" or "sent".
func (d Direction) String() string {
	if d == Sent {
		return "sent"
	}
	return "received"
}

// Hooks are functions that a connection calls as things happen. They run on
// the goroutine that meets the event, so they must not block, and they must
// not read from the connection. Nil hooks cost a nil check.
type Hooks struct {
	// Trace sees every octet of the WebSocket connection after the opening
	// handshake, as on the wire (still masked), in order for each direction,
	// in pieces of no particular size. The slice is borrowed.
	Trace func(c *Conn, d Direction, octets []byte)

	// Ping and Pong see the payload of each received Ping and Pong,
	// borrowed.
	Ping func(c *Conn, payload []byte)
	Pong func(c *Conn, payload []byte)

	// End is called once, when the connection has ended.
	End func(c *Conn, err *CloseError)
}

// settings is an Options with its defaults filled in. Connections made with
// the same Options each hold a pointer to one.
type settings struct {
	Options
	policy handshake.Policy // what a server accepts
	given  Options          // what they were made of, where a Group shares them
}

// Check finds what is wrong with o before it is used: origin patterns and
// subprotocols that can't be, a level and window bits that there are not.
// Everything that takes Options finds the same; Handler can only tell each
// client.
func (o *Options) Check() error {
	_, err := newSettings(o)
	return err
}

// defaulted gives v's default when it is zero and 0 (no limit) when it is
// negative.
func defaulted[T ~int | ~int64](v, def T) T {
	switch {
	case v == 0:
		return def
	case v < 0:
		return 0
	}
	return v
}

// newSettings fills in the defaults; afterwards 0 means "no limit". Settings
// are never changed, so those of a nil o are shared. With an error they are
// good for logging it.
func newSettings(o *Options) (*settings, error) {
	if o == nil {
		return defaultSettings(), nil
	}
	return settingsOf(o)
}

var defaultSettings = sync.OnceValue(func() *settings {
	s, _ := makeSettings(&Options{})
	return s
})

func makeSettings(o *Options) (*settings, error) {
	s := &settings{Options: *o}
	s.MaxMessage = defaulted(s.MaxMessage, DefaultMaxMessage)
	s.MaxFrame = defaulted(s.MaxFrame, 0)
	s.MaxFragments = defaulted(s.MaxFragments, DefaultMaxFragments)
	s.MaxControlRate = defaulted(s.MaxControlRate, DefaultMaxControlRate)
	s.HandshakeTimeout = defaulted(s.HandshakeTimeout, DefaultHandshakeTimeout)
	s.WriteTimeout = defaulted(s.WriteTimeout, DefaultWriteTimeout)
	s.CloseTimeout = defaulted(s.CloseTimeout, DefaultCloseTimeout)
	s.PingInterval = defaulted(s.PingInterval, DefaultPingInterval)
	s.PingTimeout = defaulted(s.PingTimeout, DefaultPingTimeout)
	s.QueueMessages = defaulted(s.QueueMessages, DefaultQueueMessages)
	s.QueueBytes = defaulted(s.QueueBytes, DefaultQueueBytes)
	for _, p := range s.Origins {
		op, err := handshake.ParseOriginPattern(p)
		if err != nil {
			return s, err
		}
		s.policy.Origins = append(s.policy.Origins, op)
	}
	s.Subprotocols = slices.Clone(s.Subprotocols)
	s.policy.Subprotocols = s.Subprotocols
	s.policy.InsecureSkipOriginCheck = s.InsecureSkipOriginCheck
	if o.Compression != nil {
		copied := *o.Compression
		s.Compression, s.policy.Deflate = &copied, copied.policy()
		if copied.Level < 0 || copied.Level > 9 {
			return s, fmt.Errorf("ws: Compression.Level %d is not 0 to 9", copied.Level)
		}
	}
	return s, s.policy.Check()
}

// rules are the receiver's part of the settings.
//
//req:impl RFC6455-10.4-01
//req:impl RFC6455-10.4-02
func (s *settings) rules(role Role) protocol.Rules {
	return protocol.Rules{
		Role:          role,
		MaxFrame:      s.MaxFrame,
		MaxMessage:    s.MaxMessage,
		MaxCompressed: maxCompressed(s.MaxMessage),
		MaxFragments:  s.MaxFragments,
		SkipUTF8:      s.InsecureSkipUTF8,
	}
}
