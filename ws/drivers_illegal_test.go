package ws_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// Every illegal frame is answered with its close code, at the octet that gives it
// away, and nothing behind it is processed. The application learns of the same
// violation.
//
//req:test RFC6455-5.1-02 RFC6455-5.2-03 RFC6455-5.2-04 RFC6455-5.4-02
//req:test RFC6455-7.1.7-01 RFC6455-7.1.7-05
func TestW14_IllegalFramesOverTCP(t *testing.T) {
	offer := requestText("/", "Sec-WebSocket-Extensions: permessage-deflate")
	each(t, allDrivers, &ws.Options{Compression: &ws.Compression{}}, func(t *testing.T, s *service) {
		for _, illegal := range wstest.Illegal(ws.RoleServer) {
			request := requestText("/")
			if illegal.Deflate {
				request = offer
			}
			octets := illegal.Octets(ws.RoleServer)
			good := clientFrame(frame.OpPing, "good")
			for way, send := range map[string]func(peer *wstest.Peer){
				"at once": func(peer *wstest.Peer) {
					peer.Send(wstest.Octets([]byte(good + string(octets) + good)...))
				},
				"octet by octet": func(peer *wstest.Peer) {
					peer.Send(wstest.Octets([]byte(good)...))
					for _, b := range octets[:illegal.Decided] {
						peer.Send(wstest.Octets(b))
					}
				},
				"in two pieces": func(peer *wstest.Peer) {
					peer.Send(wstest.Octets([]byte(good + string(octets[:illegal.Decided-1]))...))
					peer.Send(wstest.Octets([]byte(string(octets[illegal.Decided-1:]) + good)...))
				},
			} {
				peer := s.dial(t, request)
				send(peer)
				assert.Equal(t, illegal.Err.Code, endOf(peer), "%s, %s", illegal.Name, way)
				peer.Hangup()
				err := soon(t, s.ended)
				require.ErrorIs(t, err, illegal.Err, "%s, %s", illegal.Name, way)
				assert.Equal(t, illegal.Err.Code, err.Code)
				assert.False(t, err.Remote)
			}
		}
	})
}

// endOf reads up to a Close frame, behind which the transport has to end, and
// gives its code. Of Pings, only the first was to be answered.
func endOf(peer *wstest.Peer) frame.CloseCode {
	pongs := 0
	for {
		f := peer.Next()
		switch f.Op {
		case frame.OpClose:
			peer.ExpectEOF()
			return f.CloseCode()
		case frame.OpPong:
			if string(f.Payload) == "good" {
				pongs++
			}
			if pongs > 1 {
				return 0
			}
		default:
		}
	}
}
