package interop

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// deflateOptions is what an implementation is told of permessage-deflate: what
// it offers as a client, what it wants as a server. Without them it does what it
// does by itself.
type deflateOptions struct {
	ServerNoContextTakeover bool `json:"serverNoContextTakeover,omitempty"`
	ClientNoContextTakeover bool `json:"clientNoContextTakeover,omitempty"`
	ServerMaxWindowBits     int  `json:"serverMaxWindowBits,omitempty"`
	ClientMaxWindowBits     int  `json:"clientMaxWindowBits,omitempty"`
}

// deflatePeer is an implementation with options.
type deflatePeer struct {
	*child
	options *deflateOptions
}

func (p deflatePeer) listen(t *testing.T, subprotocols []string) listener {
	t.Helper()
	return p.listenAs(t, childCommand{Subprotocols: subprotocols, Deflate: p.options})
}

func (p deflatePeer) dial(ctx context.Context, _ *testing.T, url string, subprotocols []string) (end, error) {
	return p.dialAs(ctx, url, childCommand{Subprotocols: subprotocols, Deflate: p.options})
}

// deflateCase is one connection.
type deflateCase struct {
	name   string
	ours   ws.Compression
	theirs *deflateOptions

	// agreed is what the answer has to say, nil for no permessage-deflate.
	agreed *handshake.DeflateParams
}

// bothTakeover is what our side wants where nothing else is said.
var bothTakeover = ws.Compression{ServerContextTakeover: true, ClientContextTakeover: true, Threshold: -1}

// ourCompressors are our ways to compress.
var ourCompressors = []struct {
	name string
	set  func(*ws.Compression)
}{
	{"level 0", func(*ws.Compression) {}},
	{"level 0, WindowOnly", func(o *ws.Compression) { o.WindowOnly = true }},
	{"level 1", func(o *ws.Compression) { o.Level = 1 }},
}

// toldDeflate are the cases in which both sides are told what they want. Who is
// client makes no difference: the options of both come back in the answer.
// least is the smallest window that the implementation can have; turn changes
// which of our compressors meets which window.
func toldDeflate(least, turn int) []deflateCase {
	var all []deflateCase
	add := func(how int, name string, ours ws.Compression, theirs deflateOptions, agreed handshake.DeflateParams) {
		compressor := ourCompressors[(how+turn)%len(ourCompressors)]
		ours.Threshold = -1
		compressor.set(&ours)
		all = append(all, deflateCase{name: name + ", " + compressor.name, ours: ours, theirs: &theirs, agreed: &agreed})
	}
	for how := range ourCompressors {
		add(how, "with context takeover", bothTakeover, deflateOptions{}, *noParams)
		add(how, "we want no context takeover", ws.Compression{}, deflateOptions{}, *noneKept)
		add(how, "they want no context takeover", bothTakeover, deflateOptions{ServerNoContextTakeover: true, ClientNoContextTakeover: true}, *noneKept)
	}
	for bits := least; bits <= 15; bits++ {
		windows := handshake.DeflateParams{ServerMaxWindowBits: bits, ClientMaxWindowBits: bits}
		if bits < 15 { // we don't say 15
			ours := bothTakeover
			ours.ServerMaxWindowBits, ours.ClientMaxWindowBits = bits, bits
			add(bits, fmt.Sprintf("we want windows of %d bits", bits), ours, deflateOptions{}, windows)
		}
		add(bits+1, fmt.Sprintf("they want windows of %d bits", bits), bothTakeover, deflateOptions{ServerMaxWindowBits: bits, ClientMaxWindowBits: bits}, windows)
	}
	// The two directions differ in everything.
	for i, bits := range []int{least, 11, 15} {
		ours := bothTakeover
		ours.ServerContextTakeover, ours.ClientMaxWindowBits = false, least
		add(i, fmt.Sprintf("a server's window of %d bits, without takeover", bits), ours, deflateOptions{ServerMaxWindowBits: bits},
			handshake.DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: bits, ClientMaxWindowBits: least})
	}
	return all
}

// byThemselves are the cases in which they do what they do by themselves.
func byThemselves(takeover, alone *handshake.DeflateParams) []deflateCase {
	return []deflateCase{
		{name: "by themselves, with context takeover", ours: bothTakeover, agreed: takeover},
		{name: "by themselves, without", ours: ws.Compression{Threshold: -1}, agreed: alone},
	}
}

// offeredByAll is what each client here offers by itself.
const offeredByAll = "permessage-deflate; client_max_window_bits"

var (
	noParams = &handshake.DeflateParams{}
	noneKept = &handshake.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true}
)

func TestDeflateNpmws(t *testing.T) {
	t.Parallel()
	npm := startNpmws(t).(*child)
	t.Run("our server", func(t *testing.T) {
		playDeflate(t, npm, false, byThemselves(noParams, noneKept), toldDeflate(8, 0))
	})
	t.Run("our client", func(t *testing.T) {
		// Its server has to be told to use it.
		playDeflate(t, npm, true, byThemselves(nil, nil), toldDeflate(8, 1))
	})
}

func TestDeflatePythonWebsockets(t *testing.T) {
	t.Parallel()
	python := startPythonWebsockets(t).(*child)
	t.Run("our server", func(t *testing.T) {
		playDeflate(t, python, false, byThemselves(noParams, noneKept), toldDeflate(9, 1))
	})
	t.Run("our client", func(t *testing.T) {
		// Its server wants windows of 12 bits.
		takeover := &handshake.DeflateParams{ServerMaxWindowBits: 12, ClientMaxWindowBits: 12}
		alone := &handshake.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 12, ClientMaxWindowBits: 12}
		playDeflate(t, python, true, byThemselves(takeover, alone), toldDeflate(9, 2))
	})

	// zlib has no window of 8 bits for raw DEFLATE. Its server declines one, as
	// it may (RFC 7692 section 7.1.2.1).
	eight := bothTakeover
	eight.ServerMaxWindowBits = 8
	t.Run("its server declines a window of 8 bits", func(t *testing.T) {
		playDeflate(t, python, true, []deflateCase{{name: "offered", ours: eight, theirs: &deflateOptions{}}})
	})
	// Its client offers client_max_window_bits without a value, which says that
	// it can use what the server names, 8 to 15 (7.1.2.2), but fails the
	// connection at 8.
	t.Run("its client fails at a window of 8 bits", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		eight := bothTakeover
		eight.ClientMaxWindowBits = 8
		server := &ours{wire: newWire(ws.RoleServer), compression: &eight}
		l := server.listen(t, nil)
		_, err := python.dial(ctx, t, l.url, nil)
		require.ErrorContains(t, err, "client_max_window_bits', '8'")
	})
}

// The WebSocket of node and of the npm package undici inflates and never
// compresses. It can't be told anything of permessage-deflate.
func TestDeflateUndici(t *testing.T) {
	t.Parallel()
	for turn, which := range []struct {
		name  string
		start func(*testing.T) *child
	}{{"node", startNodeWebSocket}, {"npm undici", startUndici}} {
		t.Run(which.name, func(t *testing.T) {
			var all []deflateCase
			for _, c := range toldDeflate(8, turn) {
				if *c.theirs == (deflateOptions{}) {
					c.theirs = nil
					all = append(all, c)
				}
			}
			playDeflate(t, which.start(t), false, byThemselves(noParams, noneKept), all)
		})
	}
}
