package bench

import (
	"bytes"
	"testing"

	"github.com/launchdarkly/eventsource"
	"github.com/stretchr/testify/require"
	gosse "github.com/tmaxmax/go-sse"

	"longwire.example/sse/parser"
)

// encoders append an event with one line of data to a buffer that has room.
// r3labs has no function for it that can be called from outside.
var encoders = []struct {
	name   string
	encode func(dst *bytes.Buffer, data string) error
}{
	{"longwire-AppendEvent", func(dst *bytes.Buffer, data string) error {
		b, err := parser.AppendEvent(dst.AvailableBuffer(), parser.Event{Data: data})
		if err == nil {
			_, err = dst.Write(b)
		}
		return err
	}},
	{"go-sse-WriteTo", func(dst *bytes.Buffer, data string) error {
		var m gosse.Message
		m.AppendData(data)
		_, err := m.WriteTo(dst)
		return err
	}},
	{"launchdarkly-Encode", func(dst *bytes.Buffer, data string) error {
		return eventsource.NewEncoder(dst, false).Encode(publication(data))
	}},
}

// publication is an event as launchdarkly's Encoder takes it.
type publication string

func (publication) Id() string     { return "" }
func (publication) Event() string  { return "" }
func (p publication) Data() string { return string(p) }

// What each encoder writes are the same octets.
func TestEncoders(t *testing.T) {
	stream, data := llmStream(events)
	for _, e := range encoders {
		t.Run(e.name, func(t *testing.T) {
			var got bytes.Buffer
			for _, d := range data {
				require.NoError(t, e.encode(&got, d))
			}
			require.Equal(t, string(stream), got.String())
		})
	}
}

// BenchmarkEncode writes the stream of 512 events. Each round checks how long
// it is.
func BenchmarkEncode(b *testing.B) {
	stream, data := llmStream(events)
	for _, e := range encoders {
		b.Run(e.name, func(b *testing.B) {
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			var dst bytes.Buffer
			dst.Grow(len(stream) + 4<<10)
			for b.Loop() {
				dst.Reset()
				for _, d := range data {
					if err := e.encode(&dst, d); err != nil {
						b.Fatal(err)
					}
				}
				if dst.Len() != len(stream) {
					b.Fatalf("%d octets", dst.Len())
				}
			}
		})
	}
}
