package comet_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// peer is a client of HTTP/2 that gives no more room than it is told to (RFC 9113
// section 5.2): it reads all that comes, and never sends a WINDOW_UPDATE.
type peer struct {
	s      *site
	conn   net.Conn
	framer *http2.Framer
	next   uint32 // stream

	mu      sync.Mutex
	streams map[uint32]*heard
}

// heard is what has come on a stream.
type heard struct {
	data  []byte
	reset http2.ErrCode
	ended bool // in whatever way
}

// dialHTTP2 opens a connection whose streams have so much room each.
func (s *site) dialHTTP2(window uint32) *peer {
	s.t.Helper()
	c, err := s.l.Dial(s.t.Context(), "", "")
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.Close() })
	p := &peer{s: s, conn: c, framer: http2.NewFramer(c, c), next: 1, streams: map[uint32]*heard{}}
	_, err = io.WriteString(c, http2.ClientPreface)
	require.NoError(s.t, err)
	require.NoError(s.t, p.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window}))
	go p.hear()
	synctest.Wait() // the server's settings are there
	require.NoError(s.t, p.framer.WriteSettingsAck())
	return p
}

// hear takes what comes until the connection ends.
func (p *peer) hear() {
	for {
		f, err := p.framer.ReadFrame()
		if err != nil {
			return
		}
		p.mu.Lock()
		h := p.streams[f.Header().StreamID]
		switch f := f.(type) {
		case *http2.DataFrame:
			h.data = append(h.data, f.Data()...)
			h.ended = f.StreamEnded()
		case *http2.HeadersFrame:
			h.ended = f.StreamEnded()
		case *http2.RSTStreamFrame:
			h.reset, h.ended = f.ErrCode, true
		}
		p.mu.Unlock()
	}
}

// ask opens a stream with a request, which has a body to come if it is a POST.
func (p *peer) ask(method, target string) (stream uint32) {
	p.s.t.Helper()
	u, err := url.Parse(p.s.url + target)
	require.NoError(p.s.t, err)
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", method}, {":scheme", u.Scheme}, {":authority", u.Host}, {":path", u.RequestURI()}} {
		require.NoError(p.s.t, e.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}))
	}
	stream = p.next
	p.next += 2
	p.mu.Lock()
	p.streams[stream] = &heard{}
	p.mu.Unlock()
	require.NoError(p.s.t, p.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: method != http.MethodPost,
	}))
	return stream
}

// of gives what has come on a stream so far.
func (p *peer) of(stream uint32) heard {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return *p.streams[stream]
}
