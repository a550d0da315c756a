package bench

import (
	"io"
	"net"
	"testing"

	gobwas "github.com/gobwas/ws"
)

// tcpAlone sends back every n octets.
func tcpAlone(n int) driver {
	return driver{"tcp-alone", func(nc net.Conn) (func() error, error) {
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
func served(d driver) (net.Conn, error) {
	dialed, accepted, err := pair()
	if err != nil {
		return nil, err
	}
	go func() {
		defer accepted.Close()
		if echo, err := d.open(accepted); err == nil {
			_ = echo()
		}
	}()
	answer, err := ask(dialed, off.request())
	if err != nil {
		return nil, err
	}
	return dialed, off.check(answer)
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
	nc, err := served(d)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
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
