package main

import (
	"bufio"
	"io"
	"net"

	"github.com/gobwas/ws"
)

// serveGobwas uses frames, not the helpers of wsutil: a buffered reader and
// writer, one buffer for payloads, and answers to all that has been read go out
// in one write. It is what the library's documentation does where speed counts,
// without its net/http: Upgrade takes the connection itself.
func serveGobwas(ln net.Listener) error {
	return each(ln, func(c net.Conn) {
		if _, err := ws.Upgrade(c); err != nil {
			return
		}
		r := bufio.NewReaderSize(c, 4<<10)
		w := bufio.NewWriterSize(c, 4<<10)
		var payload []byte
		for {
			h, err := ws.ReadHeader(r)
			if err != nil || h.Length > maxMessage || h.OpCode == ws.OpClose {
				return
			}
			if int64(cap(payload)) < h.Length {
				payload = make([]byte, h.Length)
			}
			payload = payload[:h.Length]
			if _, err := io.ReadFull(r, payload); err != nil {
				return
			}
			ws.Cipher(payload, h.Mask, 0)
			h.Masked = false
			// The writer keeps an error for Flush.
			_ = ws.WriteHeader(w, h)
			_, _ = w.Write(payload)
			if r.Buffered() == 0 && w.Flush() != nil {
				return
			}
		}
	})
}
