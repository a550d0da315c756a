package ws_test

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// Compressed messages that are long on the wire, too, in one frame and in many.
func TestLongCompressedMessages(t *testing.T) {
	noise := make([]byte, 300_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise)
	noise = []byte(hex.EncodeToString(noise)) // which deflates to half of it
	each(t, allDrivers, &ws.Options{Compression: &ws.Compression{Threshold: -1}}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/", "Sec-WebSocket-Extensions: permessage-deflate"))
		for _, n := range []int{1000, 40_000, 64 << 10, 200_000, len(noise)} {
			m := wstest.Binary(noise[:n])
			peer.Send(m.Compressed())
			peer.ExpectCompressed(m)
			peer.Send(m.Compressed().Cut(1, 0, 40_000)...)
			peer.ExpectCompressed(m)
		}
	})
}
