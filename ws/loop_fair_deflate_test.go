package ws_test

import (
	"testing"

	"longwire.example/ws/wstest"
)

// What counts is what octets inflate to: 1 MiB of them may be a thousand messages
// of 1 MiB.
func TestLoopIsFairWithCompression(t *testing.T) {
	isFair(t, "Sec-WebSocket-Extensions: permessage-deflate", wstest.Binary(make([]byte, 1<<20)).Compressed())
}
