package bench

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/launchdarkly/eventsource"
	r3labs "github.com/r3labs/sse/v2"
	"github.com/stretchr/testify/require"
	gosse "github.com/tmaxmax/go-sse"

	"longwire.example/sse"
	"longwire.example/sse/parser"
)

const events = 512

// llmStream is n events as a language model streams them, about 170 octets
// each, and what their data is.
func llmStream(n int) (stream []byte, data []string) {
	for i := range n {
		d := fmt.Sprintf("{\"id\":\"chatcmpl-8f2a1c\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"+
			"\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token %d\"},\"finish_reason\":null}]}", i)
		stream = append(stream, "data: "+d+"\n\n"...)
		data = append(data, d)
	}
	return stream, data
}

// chunks gives a stream at most size octets at a time.
type chunks struct {
	rest []byte
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(c.size, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}

var oneParser = parser.New(parser.Config{})

// decoders read a stream to its end and give the data of each event, as a
// []byte or a string, whichever they have.
var decoders = []struct {
	name   string
	decode func(src *chunks, event func(text string, octets []byte)) error
}{
	{"longwire-Next", func(src *chunks, event func(string, []byte)) error {
		// No reader in between: the parser is given the chunks. There is one for
		// all streams, as in a gateway.
		p := oneParser
		p.Reset("")
		for len(src.rest) > 0 {
			chunk := src.rest[:min(src.size, len(src.rest))]
			src.rest = src.rest[len(chunk):]
			for {
				tok, n, ok, err := p.Next(chunk)
				if err != nil {
					return err
				}
				if !ok {
					break
				}
				chunk = chunk[n:]
				if tok.Kind == parser.KindEvent {
					event("", tok.Data)
				}
			}
		}
		return p.Close()
	}},
	{"longwire-Read", func(src *chunks, event func(string, []byte)) error {
		for e, err := range sse.Read(src, nil) {
			if err != nil {
				return err
			}
			event(e.Data, nil)
		}
		return nil
	}},
	{"go-sse-Read", func(src *chunks, event func(string, []byte)) (err error) {
		gosse.Read(src, nil)(func(e gosse.Event, failed error) bool {
			if err = failed; err == nil {
				event(e.Data, nil)
			}
			return err == nil
		})
		return err
	}},
	{"r3labs-ReadEvent", func(src *chunks, event func(string, []byte)) error {
		// It gives the fields of an event as they stand in the stream.
		r := r3labs.NewEventStreamReader(src, 1<<16)
		for {
			fields, err := r.ReadEvent()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			event("", fields[len("data: "):])
		}
	}},
	{"launchdarkly-Decode", func(src *chunks, event func(string, []byte)) error {
		d := eventsource.NewDecoder(src)
		for {
			e, err := d.Decode()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			event(e.Data(), nil)
		}
	}},
}

func sizes(stream []byte) map[string]int {
	return map[string]int{"1": 1, "8": 8, "128": 128, "4096": 4096, "whole": len(stream)}
}

var sizeNames = []string{"1", "8", "128", "4096", "whole"}

// Every decoder gives all events, whatever the size of the chunks.
func TestDecoders(t *testing.T) {
	stream, want := llmStream(events)
	for _, d := range decoders {
		for _, size := range sizeNames {
			t.Run(d.name+"/"+size, func(t *testing.T) {
				var got []string
				require.NoError(t, d.decode(&chunks{stream, sizes(stream)[size]}, func(text string, octets []byte) {
					got = append(got, strings.Clone(text)+string(octets))
				}))
				require.Equal(t, want, got)
			})
		}
	}
}

// BenchmarkDecode reads the stream of 512 events in chunks of each size. Each
// round checks the number of events and the length of each.
func BenchmarkDecode(b *testing.B) {
	stream, want := llmStream(events)
	for _, size := range sizeNames {
		for _, d := range decoders {
			b.Run(size+"/"+d.name, func(b *testing.B) {
				b.SetBytes(int64(len(stream)))
				b.ReportAllocs()
				src := &chunks{}
				n, right := 0, true
				event := func(text string, octets []byte) {
					right = right && n < events && len(text)+len(octets) == len(want[n])
					n++
				}
				for b.Loop() {
					*src = chunks{stream, sizes(stream)[size]}
					n = 0
					if err := d.decode(src, event); err != nil || n != events || !right {
						b.Fatalf("%d events, right: %t, error: %v", n, right, err)
					}
				}
			})
		}
	}
}
