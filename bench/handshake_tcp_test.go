package bench

import (
	"bytes"
	"io"
	"net"
	"testing"
)

func upgradeOverTCP(b *testing.B, o opening, upgrade upgrade) {
	var lc net.ListenConfig
	ln, err := lc.Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			if end, err := upgrade(nc); err == nil {
				end()
			}
			nc.Close()
		}
	}()
	b.ReportAllocs()
	b.ResetTimer()
	begin := cpuTime()
	for range b.N {
		if err := shakeHands(ln.Addr(), o.request); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
}

// shakeHands is a client that goes again at once. It resets the connection, so
// that no port is kept for a minute.
func shakeHands(to net.Addr, request []byte) error {
	nc, err := net.DialTCP("tcp", nil, to.(*net.TCPAddr))
	if err != nil {
		return err
	}
	defer nc.Close()
	if err := nc.SetLinger(0); err != nil {
		return err
	}
	_, err = ask(nc, request)
	return err
}

// ask is a client's opening handshake, on which nothing follows yet. It gives
// the head of the answer.
func ask(nc net.Conn, request []byte) ([]byte, error) {
	if _, err := nc.Write(request); err != nil {
		return nil, err
	}
	answer := make([]byte, 0, 1<<10)
	for !bytes.HasSuffix(answer, []byte("\r\n\r\n")) {
		if len(answer) == cap(answer) {
			return nil, io.ErrShortBuffer
		}
		n, err := nc.Read(answer[len(answer):cap(answer)])
		if err != nil {
			return nil, err
		}
		answer = answer[:len(answer)+n]
	}
	return answer, nil
}
