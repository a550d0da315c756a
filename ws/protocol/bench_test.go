package protocol_test

import (
	"strconv"
	"strings"
	"testing"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// asciiKey turns ASCII into ASCII, so that the same buffer can be unmasked
// again and again and is text each time.
const asciiKey frame.Key = 0x01020304

func masked(op frame.Opcode, n int) []byte {
	h := frame.NewHeader(true, 0, op, int64(n)).WithKey(asciiKey)
	return append(h.Append(nil), strings.Repeat("0123456789abcdef", n/16+1)[:n]...)
}

// A whole message in one frame that is in the buffer.
func BenchmarkNext(b *testing.B) {
	for _, op := range []frame.Opcode{frame.OpText, frame.OpBinary, frame.OpPing} {
		for _, n := range []int{0, 32, 125, 1024, 65536} {
			if op == frame.OpPing && n > 125 {
				continue
			}
			b.Run(op.String()+"/"+strconv.Itoa(n), func(b *testing.B) {
				r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server, MaxMessage: 1 << 20, MaxFragments: 1 << 17})
				buf := masked(op, n)
				b.SetBytes(int64(n))
				for b.Loop() {
					if _, m, err := r.Next(buf); err != nil || m != len(buf) {
						b.Fatal(m, err)
					}
				}
			})
		}
	}
}

// Text that is not ASCII, as each side gets it. A key of zeros leaves the
// buffer as it is for the next round, and spares no work.
func BenchmarkNextUTF8(b *testing.B) {
	for _, n := range []int{125, 11000} {
		text := strings.Repeat("Καλημέρα κόσμε. ", n/29+1)[:n-n%29]
		h := frame.NewHeader(true, 0, frame.OpText, int64(len(text)))
		for _, role := range []protocol.Role{protocol.Client, protocol.Server} {
			if role == protocol.Server {
				h = h.WithKey(0)
			}
			b.Run(role.String()+"/"+strconv.Itoa(len(text)), func(b *testing.B) {
				r := protocol.NewReceiver(protocol.Rules{Role: role})
				buf := append(h.Append(nil), text...)
				b.SetBytes(int64(len(buf)))
				for b.Loop() {
					if _, _, err := r.Next(buf); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDirect(b *testing.B) {
	for _, op := range []frame.Opcode{frame.OpText, frame.OpBinary} {
		b.Run(op.String()+"/65536", func(b *testing.B) {
			r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
			buf := masked(op, 65536)
			head := len(buf) - 65536
			b.SetBytes(65536)
			for b.Loop() {
				if _, _, err := r.Next(buf[:head]); err != nil {
					b.Fatal(err)
				}
				if _, err := r.Direct(buf[head:]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendFrame(b *testing.B) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		for _, n := range []int{32, 1024, 65536} {
			b.Run(role.String()+"/"+strconv.Itoa(n), func(b *testing.B) {
				s := protocol.NewSender(role, false)
				p := make([]byte, n)
				out := make([]byte, 0, n+frame.MaxHeader)
				b.SetBytes(int64(n))
				for b.Loop() {
					if _, err := s.AppendFrame(out, frame.OpBinary, protocol.Fin, p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkHeader(b *testing.B) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		b.Run(role.String(), func(b *testing.B) {
			s := protocol.NewSender(role, false)
			out := make([]byte, 0, frame.MaxHeader)
			for b.Loop() {
				if _, _, err := s.Header(out, frame.OpBinary, protocol.Fin, 1024); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
