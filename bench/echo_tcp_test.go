package bench

import (
	"context"
	"io"
	"net"
	"testing"

	gobwas "github.com/gobwas/ws"
)

// tcpAlone sends back every n octets.
func tcpAlone(n int) driver {
	return driver{name: "tcp-alone", open: func(nc net.Conn) (func() error, error) {
		_, err := gobwas.Upgrade(nc) // so that the client has nothing to know
		return func() error {
			for buf := make([]byte, n); ; {
				if _, err := io.ReadFull(nc, buf); err != nil {
					return err
				}
				if _, err := nc.Write(buf); err != nil {
					return err
				}
			}
		}, err
	}}
}

// served gives the client's end of a connection of TCP that d serves, after the
// opening handshake.
func served(d driver) (nc net.Conn, stop func(), err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	serve := d.serve
	if serve == nil {
		serve = d.serveOne
	}
	end := serve(ln)
	var nd net.Dialer
	if nc, err = nd.DialContext(context.Background(), "tcp", ln.Addr().String()); err != nil {
		end()
		return nil, nil, err
	}
	stop = func() {
		nc.Close()
		end()
	}
	answer, err := ask(nc, off.request())
	if err == nil {
		err = off.check(answer)
	}
	if err != nil {
		stop()
	}
	return nc, stop, err
}

// serveOne serves one connection.
func (d driver) serveOne(ln net.Listener) (stop func()) {
	go func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		if echo, err := d.open(nc); err == nil {
			_ = echo() // its error says that the connection is over
		}
	}()
	return func() { ln.Close() }
}

// roundTrip sends a message and gets the answer.
func roundTrip(nc net.Conn, message, answer []byte) error {
	if _, err := nc.Write(message); err != nil {
		return err
	}
	_, err := io.ReadFull(nc, answer)
	return err
}

func echoOverTCP(b *testing.B, d driver, n int, frame []byte, answer int) {
	nc, stop, err := served(d)
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	got := make([]byte, answer)
	echo := func(rounds int) {
		for range rounds {
			if err := roundTrip(nc, frame, got); err != nil {
				b.Fatal(err)
			}
		}
	}
	echo(warmUp)
	b.SetBytes(int64(n))
	b.ReportAllocs()
	b.ResetTimer()
	begin := cpuTime()
	echo(b.N)
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
}
