//go:build linux && !386

package main

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // section 1.3 asks for it
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
)

// target is the server.
type target struct {
	addr netip.AddrPort
	path string
	tcp  bool // it has no protocol: no opening handshake
}

// nonce is that of section 1.3; any will do, and so will the same one each time.
const nonce = "dGhlIHNhbXBsZSBub25jZQ=="

// accept is the answer to it.
var accept = func() string {
	sum := sha1.Sum([]byte(nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // section 1.3 asks for it
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// request is the shortest opening handshake that is one.
func (t *target) request() []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n", t.path, t.addr, nonce)
}

// browser is the opening handshake of a page of this server, as a browser
// words it.
func (t *target) browser() []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"+
		"Upgrade: websocket\r\nOrigin: http://%s\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"+
		"Accept-Language: en-US,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef\r\nSec-WebSocket-Key: %s\r\n"+
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n", t.path, t.addr, t.addr, nonce)
}

// dial opens connection number i, and gives a socket that does not block.
func (t *target) dial(i int) (int, error) {
	fd, err := t.connect(i)
	if err != nil {
		return 0, err
	}
	if !t.tcp {
		if err := t.upgrade(fd); err != nil {
			return 0, err
		}
	}
	return fd, os.NewSyscallError("fcntl", syscall.SetNonblock(fd, true))
}

// connect makes TCP connection number i, and gives a socket that blocks. There
// are 28,000 ports for each address of the client, so several take their turns.
func (t *target) connect(i int) (int, error) {
	const bindAddressNoPort = 24 // IP_BIND_ADDRESS_NO_PORT: the port is chosen when it is known where to
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, bindAddressNoPort, 1),
		syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(1 + i%8)}}),
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(t.addr.Port()), Addr: t.addr.Addr().As4()}),
	)
	return fd, os.NewSyscallError("connect", err)
}

// upgrade performs the opening handshake.
func (t *target) upgrade(fd int) error {
	if _, e := send(fd, t.request()); e != 0 {
		return os.NewSyscallError("send", e)
	}
	// The server says nothing before it has been sent a message, so nothing
	// comes behind the answer.
	b := make([]byte, 4096)
	for n := 0; ; {
		m, e := recv(fd, b[n:])
		if e != 0 {
			return os.NewSyscallError("recv", e)
		}
		n += m
		if done, err := answered(b[:n]); done || err != nil {
			return err
		}
		if m == 0 {
			return fmt.Errorf("the server closed the connection after %.80q", b[:n])
		}
	}
}

// answered tells whether the answer to the opening handshake is whole.
func answered(b []byte) (bool, error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return false, nil
	}
	if !bytes.HasPrefix(b, []byte("HTTP/1.1 101 ")) || !bytes.Contains(b, []byte(accept)) || end+4 != len(b) {
		return true, fmt.Errorf("not the answer to an opening handshake: %.200q", b)
	}
	return true, nil
}
