package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
)

// choice is what both sides of a connection agree on.
type choice struct {
	name     string
	off      bool // no compression at all
	takeover bool // in both directions
	bits     int  // of both windows
	reads    bool // check the UTF-8 of texts, where the library leaves that open
}

var (
	off        = choice{name: "off", off: true}
	alone      = choice{name: "alone", bits: 15} // each message by itself
	takeover15 = choice{name: "takeover-15", takeover: true, bits: 15}
	takeover12 = choice{name: "takeover-12", takeover: true, bits: 12}
	takeover9  = choice{name: "takeover-9", takeover: true, bits: 9}
)

// choices are those with compression.
var choices = []choice{alone, takeover15, takeover12, takeover9}

// library is a WebSocket library at one of its settings.
type library struct {
	name string
	// can tells whether it has this choice.
	can func(o choice) bool
	// with gives what makes its connections for this choice, all messages
	// compressed however short they are.
	with func(o choice) maker
}

// maker makes connections of transports.
type maker interface {
	server(nc net.Conn) (endpoint, error) // nc begins with the client's request
	client(nc net.Conn) (endpoint, error)
}

// endpoint is a connection of a library.
type endpoint interface {
	write(m wsMessage) error
	// read gives each message to take, which keeps nothing of it, until the
	// connection ends or take returns false. Messages are put into buf where
	// the library can do that; with nil each comes the way that its simplest
	// function has it.
	read(buf []byte, take func(p []byte) bool) error
	close()
}

// libraries are side by side in each benchmark.
var libraries = append(slices.Clone(ours), peers...)

var (
	ours  = []library{longwire0, longwireWindow, longwire1}
	peers = []library{gwsLibrary, gorillaLibrary, coderLibrary}
)

// request is a client's opening handshake.
func (o choice) request() []byte {
	b := []byte("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
	if !o.off {
		b = append(b, "Sec-WebSocket-Extensions: "+o.parameters()+"\r\n"...)
	}
	return append(b, "\r\n"...)
}

// parameters is the offer and the answer that have this choice. Libraries
// write the same in other ways, too.
func (o choice) parameters() string {
	p := "permessage-deflate"
	if !o.takeover {
		p += "; server_no_context_takeover; client_no_context_takeover"
	}
	if o.bits < 15 {
		p += fmt.Sprintf("; server_max_window_bits=%d; client_max_window_bits=%[1]d", o.bits)
	}
	return p
}

// check tells whether the head of an answer agrees on this choice.
func (o choice) check(head []byte) error {
	var got []string
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Sec-WebSocket-Extensions") {
			for p := range strings.SplitSeq(value, ";") {
				if p = strings.TrimSpace(p); !strings.HasSuffix(p, "_max_window_bits=15") { // the same as without
					got = append(got, p)
				}
			}
		}
	}
	var want []string
	if !o.off {
		want = strings.Split(o.parameters(), "; ")
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s: agreed on %q, not on %q", o.name, got, want)
	}
	return nil
}

// hijacked reads a request as net/http does and gives its octets over as that
// does, with its sizes of buffers, but without anything else of a server's
// that would count as the library's memory or time.
func hijacked(nc net.Conn, handle func(w http.ResponseWriter, r *http.Request) error) error {
	br := bufio.NewReaderSize(nc, 4<<10)
	r, err := http.ReadRequest(br)
	if err != nil {
		return err
	}
	return handle(&hijacker{nc, br, http.Header{}}, r)
}

type hijacker struct {
	nc     net.Conn
	br     *bufio.Reader
	header http.Header
}

func (h *hijacker) Header() http.Header         { return h.header }
func (h *hijacker) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader is for libraries that leave the answer to the server.
func (h *hijacker) WriteHeader(code int) {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", code, http.StatusText(code))
	_ = h.header.Write(&b)
	b.WriteString("\r\n")
	_, _ = io.WriteString(h.nc, b.String())
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.nc, bufio.NewReadWriter(h.br, bufio.NewWriterSize(h.nc, 4<<10)), nil
}

// readAll reads a message into buf.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	for buf = buf[:0]; ; {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, cap(buf)+512)
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// readEach is endpoint.read by way of a function that reads one message, into
// buf unless that is nil.
func readEach(next func(buf []byte) ([]byte, error), buf []byte, take func([]byte) bool) error {
	for {
		p, err := next(buf)
		if err != nil || !take(p) {
			return err
		}
		if buf != nil {
			buf = p
		}
	}
}
