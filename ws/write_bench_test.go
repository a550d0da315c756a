package ws

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// drained gives a server's connection over TCP whose peer takes everything.
func drained(b *testing.B) *Conn {
	b.Helper()
	near, far := loopback(b)
	go func() { _, _ = io.Copy(io.Discard, far) }()
	return connOver(b, near, RoleServer, &Options{PingInterval: -1})
}

// BenchmarkWritesThatMeet is what a message of 32 octets takes when so many
// goroutines write on one connection.
func BenchmarkWritesThatMeet(b *testing.B) {
	for _, n := range []int{1, 2, 8, 64, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := drained(b)
			p := make([]byte, 32)
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					for range b.N/n + 1 {
						if err := c.Write(context.Background(), Binary, p); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// BenchmarkWriteOverhead is what a Write takes without the system call.
func BenchmarkWriteOverhead(b *testing.B) {
	p := make([]byte, 32)
	m, err := NewPrepared(Binary, p)
	if err != nil {
		b.Fatal(err)
	}
	for name, write := range map[string]func(c *Conn) error{
		"Write":            func(c *Conn) error { return c.Write(context.Background(), Binary, p) },
		"TryWrite":         func(c *Conn) error { return c.TryWrite(Binary, p) },
		"TryWritePrepared": func(c *Conn) error { return c.TryWritePrepared(m) },
	} {
		b.Run(name, func(b *testing.B) {
			c := drained(b)
			pretend(&c.atOnce)
			b.ReportAllocs()
			for b.Loop() {
				if err := write(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCopyOrVector writes payloads behind their header in the three ways
// there are, and by net.Buffers, to see from which size on a copy costs more.
func BenchmarkCopyOrVector(b *testing.B) {
	for _, size := range []int{1 << 10, 4 << 10, 16 << 10, 32<<10 - frame.MaxHeader, 64 << 10} {
		p := make([]byte, size)
		head := frame.NewHeader(true, 0, frame.OpBinary, int64(size)).Append(nil)
		for name, write := range map[string]func(w *writing) error{
			"copied": func(w *writing) error {
				scratch := getBuffer()
				defer putBuffer(scratch)
				return w.payload(scratch, frame.OpBinary, protocol.Fin, p, nil)
			},
			"vector": func(w *writing) error { return w.vector(head, p, nil) },
			"Buffers": func(w *writing) error {
				v := net.Buffers{head, p}
				_, err := v.WriteTo(w.c.nc)
				return err
			},
		} {
			if size > bufferSize && name == "copied" {
				continue
			}
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				c := drained(b)
				b.SetBytes(int64(size))
				for b.Loop() {
					w := writing{c: c, ctx: context.Background()}
					if err := write(&w); err != nil {
						b.Fatal(err)
					}
					w.leave()
				}
			})
		}
	}
}
