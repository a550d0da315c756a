package main

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // section 1.3 asks for it
	"encoding/base64"

	"longwire.example/ws/frame"
)

// echo turns whole frames from a client, in place, into what a server sends: it
// unmasks and leaves out the masking key. Of the first frame only the header
// moves, to where the key was; those behind it move up to it. What is left over
// is the beginning of a frame, or of its header, for which room octets are
// needed. There is no room for a frame that is not masked or too long.
func echo(b []byte) (answer, rest []byte, room int) {
	start, end, at := 0, 0, 0
	for {
		h, n, _ := frame.Parse(b[at:])
		if n == 0 {
			return b[start:end], b[at:], headerSize(b[at:])
		}
		if !h.Masked() || h.Length > maxMessage {
			return nil, b[at:], 0
		}
		size := n + int(h.Length)
		if len(b)-at < size {
			return b[start:end], b[at:], size
		}
		payload := b[at+n : at+size]
		h.Key.XOR(payload)
		b[at+1] &^= 0x80 // MASK
		if at == 0 {
			copy(b[4:], b[:n-4])
			start, end = 4, size
		} else {
			end += copy(b[end:], b[at:at+n-4])
			end += copy(b[end:], payload)
		}
		at += size
	}
}

// headerSize is how long a header is, or the part of it that says so.
func headerSize(b []byte) int {
	if len(b) < 2 {
		return 2
	}
	switch b[1] & 0x7f {
	case 127:
		return 14
	case 126:
		return 8
	default:
		return 6
	}
}

// accept answers an opening handshake that came whole.
func accept(request []byte) []byte {
	_, key, _ := bytes.Cut(request, []byte("Sec-WebSocket-Key: "))
	key, _, _ = bytes.Cut(key, []byte("\r\n"))
	sum := sha1.Sum(append(bytes.Clone(key), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...)) //nolint:gosec // section 1.3 asks for it
	return []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n")
}
