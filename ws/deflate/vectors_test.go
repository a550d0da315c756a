package deflate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// vectors are the examples of RFC 7692 section 7.2.3: the payloads of one or
// more frames of one or two messages.
var vectors = []struct {
	name     string
	messages [][]string // fragments
	text     string     // of each message
}{
	{"7.2.3.1 a message compressed using one compressed DEFLATE block", [][]string{{"\xf2\x48\xcd\xc9\xc9\x07\x00"}}, "Hello"},
	{"7.2.3.1 in two fragments", [][]string{{"\xf2\x48\xcd", "\xc9\xc9\x07\x00"}}, "Hello"},
	{"7.2.3.2 sharing LZ77 sliding window", [][]string{{"\xf2\x48\xcd\xc9\xc9\x07\x00"}, {"\xf2\x00\x11\x00\x00"}}, "Hello"},
	{"7.2.3.2 not sharing", [][]string{{"\xf2\x48\xcd\xc9\xc9\x07\x00"}, {"\xf2\x48\xcd\xc9\xc9\x07\x00"}}, "Hello"},
	{"7.2.3.3 DEFLATE block with no compression", [][]string{{"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"}}, "Hello"},
	{"7.2.3.4 DEFLATE block with BFINAL set to 1", [][]string{{"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"}}, "Hello"},
	{"7.2.3.5 two DEFLATE blocks in one message", [][]string{{"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"}}, "Hello"},
	{"7.2.3.6 generating an empty fragment", [][]string{{"\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff", "\x00"}}, "Hello"},
	{"7.2.3.6 an empty fragment alone", [][]string{{"\x00"}}, ""},
}

// TestVectors: the examples of section 7.2.3, fragment by fragment.
//
//req:test RFC7692-6.2-01 RFC7692-7.2.2-11 RFC7692-7.2.1-01 RFC7692-7.2.1-02 RFC7692-7.2.1-03
func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			w := deflate.NewWindow(15)
			var z deflate.Inflater
			for _, fragments := range v.messages {
				z.Start(15, w)
				buf := make([]byte, 64)
				text := buf[:0]
				for i, fragment := range fragments {
					last := i == len(fragments)-1
					n, read, done, err := z.Inflate(buf[len(text):], []byte(fragment), last)
					require.NoError(t, err)
					assert.Equal(t, len(fragment), read)
					assert.Equal(t, last, done)
					text = buf[:len(text)+n]
				}
				assert.Equal(t, v.text, string(text))
			}
		})
	}
}
