package wstest_test

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// compressed is a message with this payload on the wire.
func compressed(payload string) wstest.Frame { return wstest.Text(payload).WithRSV(0x40) }

// finalBlock is a stream that ends with a block with BFINAL.
func finalBlock(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	require.NoError(t, err)
	_, err = w.Write([]byte(s))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// The examples of RFC 7692 section 7.2.3, and one with both kinds of blocks.
//
//req:test RFC7692-7.2.1-01 RFC7692-7.2.1-02 RFC7692-7.2.1-03
func TestDecompressedExamples(t *testing.T) {
	for name, payload := range map[string]string{
		"one block":            "\xf2\x48\xcd\xc9\xc9\x07\x00",
		"stored":               "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
		"BFINAL":               "\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
		"two blocks":           "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
		"BFINAL in the middle": finalBlock(t, "Hel") + string(wstest.Text("lo").Compressed().Payload),
	} {
		f, err := compressed(payload).Decompressed()
		if assert.NoError(t, err, name) {
			assert.Equal(t, wstest.Text("Hello"), f, name)
		}
	}
	// With context takeover the second one refers to the first.
	var d wstest.Decompressor
	for _, payload := range []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"} {
		f, err := d.Decompress(compressed(payload))
		require.NoError(t, err)
		assert.Equal(t, wstest.Text("Hello"), f)
	}
	_, err := compressed("\xf2\x00\x11\x00\x00").Decompressed()
	require.Error(t, err, "by itself it refers to nothing")
}

func TestDecompressedFails(t *testing.T) {
	whole := string(wstest.Text(strings.Repeat("Hello, ", 30)).Compressed().Payload)
	for name, f := range map[string]wstest.Frame{
		"not compressed":       wstest.Text("Hello"),
		"nothing":              compressed(""),
		"block type 3":         compressed("\x07\x00"),
		"with the cut octets":  compressed(whole + "\x00\x00\xff\xff"),
		"ends in a block":      compressed(whole[:len(whole)/2]),
		"ends without a block": compressed(whole[:len(whole)-1]),
		"octets behind it":     compressed(whole + "\x12\x34"),
		"plain text":           compressed("Hello"),
	} {
		got, err := f.Decompressed()
		require.Error(t, err, name)
		assert.Equal(t, f, got, "%s: it is left as it was", name)
	}
}

func TestCompressed(t *testing.T) {
	f := wstest.Text("Hello").Compressed()
	assert.Equal(t, byte(0x40), f.RSV)
	assert.Equal(t, "\xf2\x48\xcd\xc9\xc9\x07\x00", string(f.Payload), "the example of section 7.2.3.1")
	assert.Equal(t, []byte{0}, wstest.Text("").Compressed().Payload, "an empty message is one octet")
	back, err := f.Decompressed()
	require.NoError(t, err)
	assert.Equal(t, wstest.Text("Hello"), back)

	// Messages of all sizes around the window, one after the other.
	random := rand.NewChaCha8([32]byte{1})
	var c wstest.Compressor
	var d wstest.Decompressor
	var before []byte
	for _, n := range []int{0, 1, 5, 100, 0, 1 << 15, 1<<15 + 1, 3, 100_000, 1 << 15, 20} {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte('a' + random.Uint64()%3)
		}
		if n == 20 {
			copy(p, before[len(before)-1<<15:]) // as far back as there is
		}
		before = append(before, p...)
		for _, m := range []wstest.Frame{wstest.Binary(p), wstest.Binary(p)} {
			alone, err := m.Compressed().Decompressed()
			require.NoError(t, err)
			require.True(t, m.Equal(alone), "%d octets", n)
			f := c.Compress(m)
			got, err := d.Decompress(f)
			require.NoError(t, err)
			require.True(t, m.Equal(got), "%d octets", n)
		}
	}
	assert.Less(t, len(c.Compress(wstest.Text(string(before[len(before)-400:]))).Payload), 10, "it refers to what came before")
}

// What is compressed here is what package flate makes of a whole stream.
func TestCompressorStream(t *testing.T) {
	var c wstest.Compressor
	var stream []byte
	for _, s := range []string{"Hello", "Hello", "", "Hello Hello"} {
		stream = append(append(stream, c.Compress(wstest.Text(s)).Payload...), "\x00\x00\xff\xff"...)
	}
	p, err := io.ReadAll(flate.NewReader(bytes.NewReader(append(stream, 1, 0, 0, 0xff, 0xff))))
	require.NoError(t, err)
	assert.Equal(t, "HelloHelloHello Hello", string(p))
}

func TestCut(t *testing.T) {
	hello := wstest.Text("Hello")
	for _, c := range []struct {
		name  string
		frame wstest.Frame
		sizes []int
		want  []wstest.Frame
	}{
		{"not", hello, nil, []wstest.Frame{hello}},
		{"once", hello, []int{2}, []wstest.Frame{wstest.Text("He").More(), wstest.Continuation("llo")}},
		{
			"with empty ones", hello,
			[]int{0, 5, 3},
			[]wstest.Frame{wstest.Text("").More(), wstest.Continuation("Hello").More(), wstest.Continuation("").More(), wstest.Continuation("")},
		},
		{
			"reserved bits", hello.WithRSV(0x50),
			[]int{1, 1},
			[]wstest.Frame{wstest.Text("H").More().WithRSV(0x50), wstest.Continuation("e").More(), wstest.Continuation("llo")},
		},
		{"open end", hello.More(), []int{4}, []wstest.Frame{wstest.Text("Hell").More(), wstest.Continuation("o").More()}},
		{"masking", hello.Masked(), []int{4}, []wstest.Frame{wstest.Text("Hell").More().Masked(), wstest.Continuation("o").Masked()}},
	} {
		sizes := append([]int(nil), c.sizes...)
		assert.Equal(t, c.want, c.frame.Cut(c.sizes...), c.name)
		assert.Equal(t, sizes, c.sizes)
	}
	assert.Equal(t, "Hello", string(hello.Payload))
}

// Both ways over a connection, in any cut.
//
//req:test RFC7692-6.1-02
func TestExpectCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		client := wstest.NewPeer(t, a, protocol.Client)
		server := wstest.NewPeer(t, b, protocol.Server)

		client.Send(wstest.Text("Hello").Compressed().Cut(1, 0, 3)...)
		server.ExpectCompressed(wstest.Text("Hello"))
		var c wstest.Compressor
		server.Send(c.Compress(wstest.Text("Hello")), c.Compress(wstest.Text("Hello")))
		server.Send(c.Compress(wstest.Binary([]byte("Hello"))).Cut(2)...)
		client.ExpectCompressed(wstest.Text("Hello")) // it counts for the next ones
		client.ExpectTakeover(wstest.Text("Hello"))
		client.ExpectTakeover(wstest.Binary([]byte("Hello")))
		server.Send(wstest.Text("by itself").Compressed())
		client.ExpectTakeover(wstest.Text("by itself"))

		m := wstest.Text("Hello").Compressed()
		client.Send(m.Cut(3, 2)...)
		assert.True(t, m.Equal(server.NextMessage()))
	})
}

func TestExpectCompressedFails(t *testing.T) {
	hello := wstest.Text("Hello")
	second := compressed("\xf2\x00\x11\x00\x00") // of section 7.2.3.2: it refers to the first
	for _, c := range []struct {
		name   string
		sent   []wstest.Frame
		expect wstest.Step
		want   string
	}{
		{"plain", []wstest.Frame{hello}, wstest.ExpectCompressed(hello), `expect compressed text "Hello": message is not compressed: got text "Hello"`},
		{"plain with takeover", []wstest.Frame{hello}, wstest.ExpectTakeover(hello), `expect with context takeover text "Hello": message is not compressed: got text "Hello"`},
		{"another", []wstest.Frame{wstest.Text("Hallo").Compressed()}, wstest.ExpectCompressed(hello), `expect compressed text "Hello": got text "Hallo", compressed`},
		{"another opcode", []wstest.Frame{wstest.Binary(hello.Payload).Compressed()}, wstest.ExpectTakeover(hello), `expect with context takeover text "Hello": got binary "Hello", compressed`},
		{"another bit", []wstest.Frame{hello.Compressed().WithRSV(0x20)}, wstest.ExpectCompressed(hello), `expect compressed text "Hello": got text rsv 0x20 "Hello", compressed`},
		{"RSV1 on a continuation", []wstest.Frame{hello.Compressed().Cut(1)[0], wstest.Continuation("x").WithRSV(0x40)}, wstest.ExpectCompressed(hello), `expect compressed text "Hello": got continuation rsv 0x40 "x" inside the message`},
		{"refers to what did not come", []wstest.Frame{second}, wstest.ExpectTakeover(hello), `expect with context takeover text "Hello": compressed message: flate: corrupt input before offset 3: got text rsv 0x40 "\xf2\x00\x11\x00\x00"`},
		{"no end", []wstest.Frame{compressed("\xf2")}, wstest.ExpectCompressed(hello), `expect compressed text "Hello": compressed message: flate: corrupt input before offset 7: got text rsv 0x40 "\xf2"`},
		{"expected compressed, not inflated", []wstest.Frame{hello.Compressed()}, wstest.ExpectMessage(hello), `expect message text "Hello": got text rsv 0x40 "\xf2H\xcd\xc9\xc9\a\x00"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := play(wstest.Script{wstest.Send(c.sent...)}, wstest.Script{wstest.Send(), c.expect})
				require.EqualError(t, err, "wstest: step 2, "+c.want)
			})
		})
	}
	// What refers to the message before is right with takeover and wrong
	// without.
	for takeover, expect := range map[bool]func(wstest.Frame) wstest.Step{true: wstest.ExpectTakeover, false: wstest.ExpectCompressed} {
		synctest.Test(t, func(t *testing.T) {
			_, err := play(
				wstest.Script{wstest.Send(hello.Compressed(), second)},
				wstest.Script{wstest.ExpectCompressed(hello), expect(hello)},
			)
			assert.Equal(t, takeover, err == nil, "%v", err)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		require.NoError(t, a.CloseWrite())
		var r recorder
		peer := wstest.NewPeer(&r, b, protocol.Server)
		assert.Equal(t, "next message: EOF", r.run(func() { peer.NextMessage() }))
		assert.Equal(t, `expect compressed text "Hello": EOF`, r.run(func() { peer.ExpectCompressed(hello) }))
		assert.Equal(t, `expect with context takeover text "Hello": EOF`, r.run(func() { peer.ExpectTakeover(hello) }))
		require.NoError(t, a.Close())
	})
}

// A script with compressed messages is data like any other: it sends the same
// octets each time.
func TestScriptCompressed(t *testing.T) {
	var c wstest.Compressor
	script := wstest.Script{
		wstest.Send(c.Compress(wstest.Text("Hello")), wstest.Ping("")),
		wstest.Send(c.Compress(wstest.Text("Hello")).Cut(2)...),
	}
	first := script.Octets(protocol.Client)
	assert.Equal(t, first, script.Octets(protocol.Client))
	receiver := protocol.NewReceiver(protocol.Rules{Role: protocol.Server, Deflate: true})
	for b := first; len(b) > 0; {
		ev, n, err := receiver.Next(b)
		require.NoError(t, err)
		require.Positive(t, n)
		assert.Equal(t, ev.Op != frame.OpPing, ev.Flags&protocol.Compressed != 0)
		b = b[n:]
	}
}
