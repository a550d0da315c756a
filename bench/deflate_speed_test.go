package bench

import (
	"fmt"
	"testing"
)

// eachCase runs f for each choice, corpus and library that has the choice, the
// libraries next to each other.
func eachCase(b *testing.B, f func(b *testing.B, o choice, c *corpus, l library)) {
	for _, o := range choices {
		for _, c := range corpora {
			for _, l := range libraries {
				if l.can(o) {
					b.Run(fmt.Sprintf("%s/%s/%s", o.name, c.name, l.name), func(b *testing.B) { f(b, o, c, l) })
				}
			}
		}
	}
}

// measured runs what sends or receives n messages of c, and adds what the
// process has used of the processors.
func measured(b *testing.B, c *corpus, f func(n int) error) {
	b.SetBytes(int64(c.octets / len(c.messages)))
	b.ReportAllocs()
	b.ResetTimer()
	begin := cpuTime()
	err := f(b.N)
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
}

// BenchmarkCompress is a server that writes messages to a connection that drops
// them: what compressing costs, with what makes a frame of it. "ratio" is the
// octets of all messages to those on the wire, headers of frames among them.
func BenchmarkCompress(b *testing.B) {
	eachCase(b, func(b *testing.B, o choice, c *corpus, l library) {
		w, e, err := dialed(l.with(o), o)
		if err != nil {
			b.Fatal(err)
		}
		defer e.close()
		write := func(n int) error {
			for i := range n {
				if err := e.write(c.messages[i%len(c.messages)]); err != nil {
					return err
				}
			}
			return nil
		}
		// The first round pays for coders and windows.
		if err := write(len(c.messages)); err != nil {
			b.Fatal(err)
		}
		ratio := float64(c.octets) / float64(w.octets)
		measured(b, c, write)
		b.ReportMetric(ratio, "ratio")
	})
}

// BenchmarkInflate is a server that reads a recording of a client that
// compresses by a third library: what inflating costs, with what takes a frame
// apart and unmasks it.
func BenchmarkInflate(b *testing.B) {
	recordings := map[string]*recording{}
	eachCase(b, func(b *testing.B, o choice, c *corpus, l library) {
		key := o.name + c.name
		if recordings[key] == nil {
			recordings[key] = record(c.messages, o, true)
		}
		rec := recordings[key]
		o.reads = true
		w, e, err := dialed(l.with(o), o)
		if err != nil {
			b.Fatal(err)
		}
		defer e.close()
		buf := make([]byte, 0, 64<<10+1) // one more, for the end of a message to be seen
		measured(b, c, func(n int) error {
			w.rec, w.left = rec.octets, rec.upTo(n)
			got := 0
			err := e.read(buf, func(p []byte) bool {
				if len(p) != len(c.messages[got%len(c.messages)].octets) {
					return false
				}
				got++
				return true
			})
			if got != n {
				return fmt.Errorf("%d of %d messages, then %w", got, n, err)
			}
			return nil
		})
	})
}

// BenchmarkEndToEnd is a server that writes messages to a client of the same
// library over TCP on this machine. The two run side by side where there are
// processors for it: "cpu-ns/op" has both.
func BenchmarkEndToEnd(b *testing.B) {
	eachCase(b, func(b *testing.B, o choice, c *corpus, l library) {
		reading := o
		reading.reads = true
		s, e, err := connect(l.with(o), l.with(reading))
		if err != nil {
			b.Fatal(err)
		}
		defer e.close()
		defer s.close()
		buf := make([]byte, 0, 64<<10+1)
		measured(b, c, func(n int) error {
			sent := make(chan error, 1)
			go func() {
				for i := range n {
					if err := s.write(c.messages[i%len(c.messages)]); err != nil {
						sent <- err
						e.close()
						return
					}
				}
				sent <- nil
			}()
			got, right := 0, true
			err := e.read(buf, func(p []byte) bool {
				right = right && len(p) == len(c.messages[got%len(c.messages)].octets)
				got++
				return right && got < n
			})
			if got != n || !right {
				s.close()
				return fmt.Errorf("%d of %d messages, lengths right: %t, %w, %w", got, n, right, err, <-sent)
			}
			return <-sent
		})
	})
}
