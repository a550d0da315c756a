package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

func TestTrace(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver, "-trace")
		for range 2 {
			peer := p.peer(t, "/chat")
			peer.Send(wstest.Text("Hello").WithKey([4]byte{0x37, 0xfa, 0x21, 0x3d}))
			peer.Expect(wstest.Text("Hello"))
			peer.Send(wstest.Close(frame.CloseNormal, ""))
			peer.ExpectClose(frame.CloseNormal)
			peer.ExpectEOF()
			peer.Hangup()
		}
		assert.Equal(t, exitOK, p.stop(t))
		text := p.stderr.String()
		for _, want := range []string{
			"connection 1 opened: /chat from 127.0.0.1:",
			"connection 1 received: frame at octet 0: text, masked, payload of 5 octets\n",
			"37 fa 21 3d",
			"48 65 6c 6c 6f",
			"connection 1 sent: frame at octet 0: text, payload of 5 octets\n",
			"connection 1 received: frame at octet 11: close, masked, payload of 2 octets\n",
			"close code: 1000 normal closure",
			"connection 1 ended: ws: connection closed by the peer: 1000 normal closure\n",
			"connection 2 received: ",
			"  5.3  ",
		} {
			assert.Contains(t, text, want)
		}
	})
}

// Event streams have a line at each end, and events one when they are posted.
func TestTraceOfEventStreams(t *testing.T) {
	p := start(t, "-trace")
	first := p.listen(t, httpClient(t, ""), "/events?token="+token(0), nil)
	id := p.post(t, "?type=tick", "Hello")
	first.next(t)
	assert.Equal(t, http.StatusNoContent, p.do(t, http.MethodPost, "/events/cut/"+token(0), "").status)
	first.ends(t)
	again := p.listen(t, httpClient(t, ""), "/events", http.Header{"Last-Event-Id": {id}})
	assert.Equal(t, exitOK, p.stop(t))
	again.ends(t)
	text := p.stderr.String()
	for _, want := range []string{
		"event stream 1 opened: GET /events from 127.0.0.1:",
		", HTTP/1.1\n",
		"event " + id + " posted: type \"tick\", 5 octets, from 127.0.0.1:",
		"event stream 1 ended: cut by POST /events/cut\n",
		", HTTP/1.1, Last-Event-ID \"" + id + "\"\n",
		"event stream 2 ended",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, token(0), "a token is its page's secret")
}
