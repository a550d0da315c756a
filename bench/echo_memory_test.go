package bench

import (
	"testing"
	"time"
)

// repeating is the wire of a client that sends one frame over and over.
type repeating struct {
	wire
	single   bool   // a read gives no more than one frame
	begin    func() // called when no more octets are left than are measured
	measured int
}

func (r *repeating) Read(p []byte) (int, error) {
	if len(r.head) > 0 {
		return r.wire.Read(p)
	}
	if r.begin != nil {
		if r.left == r.measured {
			r.begin()
			r.begin = nil
		} else {
			p = p[:min(len(p), r.left-r.measured)]
		}
	}
	if r.single {
		p = p[:min(len(p), len(r.rec)-r.at)]
	}
	return r.wire.Read(p)
}

func echoInMemory(b *testing.B, d driver, n int, single bool) {
	r := &repeating{wire: wire{head: off.request()}, single: single}
	echo, err := d.open(r)
	if err != nil {
		b.Fatal(err)
	}
	r.open = true
	r.rec = oneFrame(n)
	r.measured = b.N * len(r.rec)
	r.left = r.measured + warmUp*len(r.rec)
	b.SetBytes(int64(n))
	b.ReportAllocs()
	var begin time.Duration
	r.begin = func() {
		b.ResetTimer()
		begin = cpuTime()
	}
	_ = echo() // its error says that the connection is over
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
	if least := (b.N + warmUp) * (len(r.rec) - len(aMask)); r.octets < least {
		b.Fatalf("%d octets written, and %d would be all messages", r.octets, least)
	}
}
