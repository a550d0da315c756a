package interop

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"

	"longwire.example/ws"
)

// deflateMessage is a message in one or more fragments.
type deflateMessage struct {
	kind  ws.MessageType
	parts [][]byte
	ping  []byte // the payload of a Ping after the first fragment; nil: none
}

func (m deflateMessage) payload() []byte { return slices.Concat(m.parts...) }

// repeatedSize is the length of the message that is sent three times: two of
// them fit into the smallest window, and it is longer than what
// ws.DefaultCoderThreshold leaves out.
const repeatedSize = 200

// deflateMessages are what each side sends: short and long, text and binary,
// what gets shorter and what does not, whole and in fragments. The last four are
// a message of random digits, the same again, as many random octets as a window
// of bits holds, and the first message once more.
func deflateMessages(bits int) []deflateMessage {
	r := rand.NewChaCha8([32]byte{5: byte(bits)})
	random := func(n int) []byte {
		b := make([]byte, n)
		_, _ = r.Read(b)
		return b
	}
	digits := func(n int) []byte { return hex.AppendEncode(nil, random(n/2+1))[:n] }
	whole := func(kind ws.MessageType, payload []byte) deflateMessage {
		return deflateMessage{kind: kind, parts: [][]byte{payload}}
	}
	const large = 64<<10 + 1
	all := []deflateMessage{
		whole(ws.Text, []byte{}),
		whole(ws.Binary, []byte{}),
		whole(ws.Text, []byte("a")),
		whole(ws.Binary, []byte{0xff}),
		whole(ws.Text, append(bytes.Repeat([]byte("0123456789abcdef"), large/16), '.')),
		whole(ws.Binary, make([]byte, large)),
		whole(ws.Text, digits(20_000)),
		whole(ws.Binary, random(large)),
	}
	for i := range 120 {
		from, kind := r.Uint64(), ws.Text
		if i%3 == 0 {
			kind = ws.Binary
		}
		all = append(all, whole(kind, fmt.Appendf(nil, `{"id":%d,"from":"%x","text":"%s","seen":[%d,%d]}`,
			i, from%7, bytes.Repeat([]byte("Καλημέρα κόσμε. "), i%23), i-1, i-2)))
	}
	for i := range 12 {
		text := bytes.Repeat([]byte("κόσμε €🚀 "), 40*i+5)
		cut := 1 + int(r.Uint64()%uint64(len(text)-1)) // anywhere, also inside a code point
		m := deflateMessage{kind: ws.Text, parts: [][]byte{text[:cut], text[cut:]}}
		switch i % 4 {
		case 1:
			m.parts = [][]byte{{}, text[:cut], {}, text[cut:], {}}
			m.ping = []byte("between")
		case 2:
			m = deflateMessage{kind: ws.Binary, parts: [][]byte{random(300), text, random(1)}}
		case 3:
			m.parts = [][]byte{{}, {}}
		}
		all = append(all, m)
	}
	again := whole(ws.Text, digits(repeatedSize))
	return append(all, again, again, whole(ws.Binary, random(1<<bits)), again)
}

// sendAll sends messages, one after the other.
func (e *ourEnd) sendAll(ctx context.Context, all []deflateMessage) error {
	for i, m := range all {
		var err error
		if len(m.parts) == 1 {
			err = e.send(ctx, m.kind, m.parts[0])
		} else {
			err = e.fragments(ctx, m.kind, m.parts, m.ping)
		}
		if err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
	}
	return nil
}

func (e *childEnd) sendAll(ctx context.Context, all []deflateMessage) error {
	told := make([]childMessage, len(all))
	for i, m := range all {
		told[i] = childMessage{Kind: m.kind.String(), Parts: m.parts, Ping: m.ping}
	}
	return e.tell(ctx, childCommand{Do: "batch", Messages: told})
}
