package docs

import (
	"bytes"
	"compress/flate"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// A compressed message in a page is a fence whose info string gives its octets
// as they are on the wire, without what the sender cuts off; its body takes
// them apart bit by bit. Several messages, with context takeover, have a bar
// between them:
//
//	```deflate f2 48 cd c9 c9 07 00 | f2 00 11 00 00
//	```
//
// What takes them apart is no code of ws/deflate, and ws/deflate has to agree.
// It knows stored and fixed blocks. `go test ./docs -update` fills the body.

// bitDump is the whole body of a fence; an error too where ws/deflate gives
// another text.
func bitDump(messages string) ([]string, error) {
	var out []string
	var text []byte
	var z deflate.Inflater
	window := deflate.NewWindow(deflate.MaxWindowBits)
	for i, digits := range strings.Split(messages, "|") {
		octets, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			return nil, err
		}
		b := bits{octets: octets, text: text, from: len(text)}
		if err := b.message(); err != nil {
			return nil, err
		}
		got := b.text[len(text):]
		buf := make([]byte, len(got)+1)
		z.Start(deflate.MaxWindowBits, window)
		n, _, done, err := z.Inflate(buf, octets, true)
		if err != nil || !done || string(buf[:n]) != string(got) {
			return nil, errors.Join(err, fmt.Errorf("ws/deflate says %q and not %q", buf[:n], got))
		}
		if text = b.text; i > 0 {
			out = append(out, "")
		}
		out = append(out, fmt.Sprintf("%s for %q", octetCount(len(octets)), got))
		out = append(out, b.lines...)
	}
	return out, nil
}

func TestBitDumps(t *testing.T) {
	for _, p := range pages(t) {
		for _, f := range p.fences {
			messages, ok := strings.CutPrefix(f.info, "deflate ")
			if !ok {
				continue
			}
			body, err := bitDump(messages)
			if err != nil {
				t.Errorf("%s:%d: a deflate fence gives the octets of messages in hex: %v", p.name, f.line, err)
				continue
			}
			if *update {
				p.replace(f, body)
				continue
			}
			assert.Equal(t, strings.Join(body, "\n"), strings.Join(f.body, "\n"), "%s:%d: taken apart it says otherwise", p.name, f.line)
		}
		p.save(t)
	}
}

// The examples of RFC 7692 section 7.2.3 are taken apart, and so is all that
// compress/flate would have to say about lengths and distances.
func TestBitDump(t *testing.T) {
	for messages, text := range map[string]string{
		"f2 48 cd c9 c9 07 00":                   "Hello",
		"00 05 00 fa ff 48 65 6c 6c 6f 00":       "Hello",
		"f3 48 cd c9 c9 07 00 00":                "Hello",
		"f2 48 05 00 00 00 ff ff ca c9 c9 07 00": "Hello",
		"00":                                     "",
	} {
		got, err := bitDump(messages)
		require.NoError(t, err, messages)
		assert.Contains(t, got[0], fmt.Sprintf(" for %q", text))
	}
	got, err := bitDump("f2 48 cd c9 c9 07 00|f2 00 11 00 00")
	require.NoError(t, err)
	assert.Equal(t, []string{
		`5 octets for "Hello"`,
		`     0  f2                       .... ...0  3.2.3   BFINAL: 0`,
		`                                 .... .01.  3.2.3   BTYPE: 01 fixed codes`,
		`                                 1111 0...  3.2.6   01111000 literal 'H'`,
		`     1  00                       .... .000`,
		`                                 0000 0...  3.2.6   0000010 match: length 4`,
		`     2  11                       .... ..01`,
		`                                 0001 00..  3.2.6   00100 and 0 distance 5: "ello" of a message before`,
	}, got[len(got)-13:len(got)-5])
	// A run of one letter is a match of its length, and a text with the same
	// beginning and end one of its distance.
	shown := 0
	for n := range 300 {
		for _, text := range []string{strings.Repeat("x", n) + "y", "Hello" + strings.Repeat(string(rune('a'+n%26)), 100*n) + "Hello"} {
			var octets bytes.Buffer
			w, err := flate.NewWriter(&octets, flate.BestCompression)
			require.NoError(t, err)
			_, _ = w.Write([]byte(text))
			_ = w.Flush()
			got, err := bitDump(hex.EncodeToString(octets.Bytes()[:octets.Len()-4]))
			if err != nil && strings.Contains(err.Error(), "not shown") {
				continue
			}
			require.NoError(t, err)
			assert.Contains(t, got[0], fmt.Sprintf("octets for %q", text))
			shown++
		}
	}
	assert.Greater(t, shown, 300)
	for _, bad := range []string{"f", "", "f2", "06", "04", "00 01 00 fe fe 61", "00 01 00 fe ff", "02 1a 00", "f2 00 11 00 00"} {
		_, err := bitDump(bad)
		assert.Error(t, err, bad)
	}
}
