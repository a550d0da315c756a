package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"longwire.example/sse"
)

// numberedType is the type of the publisher's events. Their data is a number,
// the time in milliseconds since 1970, and dots, with a space between: nothing
// that JSON would have to escape, so that transports are compared and not
// contents.
const numberedType = "tick"

// The bounds of the publisher: at most 200 events or 800 KB a second.
const (
	maxRate       = 50 // bursts a second
	minRate       = 0.1
	minSize       = 64 // octets of the data of an event
	maxSize       = 4096
	maxBurst      = 100 // events that are published together
	maxEventsRate = 200 // events a second
	maxControl    = 1 << 10
	lookTime      = 10 * time.Second // without anybody looking, it stops after that
)

// settings is what is published.
type settings struct {
	Rate  float64 `json:"rate"` // bursts a second; 0: none
	Size  int     `json:"size"`
	Burst int     `json:"burst"`
}

func (s settings) check() error {
	switch {
	case s.Rate != 0 && !(s.Rate >= minRate && s.Rate <= maxRate):
		return fmt.Errorf("rate %v is neither 0 nor from %v to %d bursts a second", s.Rate, minRate, maxRate)
	case s.Size < minSize || s.Size > maxSize:
		return fmt.Errorf("size %d is not from %d to %d octets", s.Size, minSize, maxSize)
	case s.Burst < 1 || s.Burst > maxBurst:
		return fmt.Errorf("burst %d is not from 1 to %d events", s.Burst, maxBurst)
	case s.Rate*float64(s.Burst) > maxEventsRate:
		return fmt.Errorf("rate and burst make more than %d events a second", maxEventsRate)
	}
	return nil
}

// interval is the time from one burst to the next.
func (s settings) interval() time.Duration {
	if s.Rate == 0 {
		return time.Second // to see whether anybody looks
	}
	return time.Duration(float64(time.Second) / s.Rate)
}

// publisher publishes numbered events while somebody looks.
type publisher struct {
	hub     *sse.Hub
	changed chan struct{} // the settings
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	set    settings
	looked time.Time
	runs   bool
	number int64
}

func (p *publisher) start(hub *sse.Hub) {
	p.hub, p.changed = hub, make(chan struct{}, 1)
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.set = settings{Rate: 4, Size: 128, Burst: 1}
}

func (p *publisher) shutdown() {
	p.mu.Lock()
	p.stop()
	p.mu.Unlock()
	p.running.Wait()
}

// look keeps it going for a while.
func (p *publisher) look() settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looked = time.Now()
	if !p.runs && p.ctx.Err() == nil {
		p.runs = true
		p.running.Go(p.run)
	}
	return p.set
}

func (p *publisher) change(s settings) {
	p.mu.Lock()
	p.set = s
	p.mu.Unlock()
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

func (p *publisher) run() {
	p.mu.Lock()
	tick := time.NewTicker(p.set.interval())
	p.mu.Unlock()
	defer tick.Stop()
	for p.goesOn() {
		select {
		case <-p.ctx.Done():
		case <-p.changed:
			p.mu.Lock()
			tick.Reset(p.set.interval())
			p.mu.Unlock()
		case <-tick.C:
			p.publish()
		}
	}
}

func (p *publisher) goesOn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs = p.ctx.Err() == nil && time.Since(p.looked) < lookTime
	return p.runs
}

// publish publishes one burst. Each event has the time at which it is given to
// the hub.
func (p *publisher) publish() {
	p.mu.Lock()
	set := p.set
	p.mu.Unlock()
	if set.Rate == 0 {
		return
	}
	for range set.Burst {
		p.number++ // of this goroutine
		m := sse.Message{Type: numberedType, Data: numbered(p.number, time.Now(), set.Size)}
		if _, err := p.hub.Publish(p.ctx, cometTopic, m); err != nil {
			return // it is shut down
		}
	}
}

func numbered(n int64, t time.Time, size int) string {
	text := strconv.FormatInt(n, 10) + " " + formatMillis(t.UnixMicro()) + " "
	return text + strings.Repeat(".", max(size-len(text), 0))
}

// servePublisher changes what is published, for all who look.
func (g *gallery) servePublisher(w http.ResponseWriter, r *http.Request) {
	if err := checkSite(r); err != nil {
		answer(w, &httpError{http.StatusForbidden, err.Error()})
		return
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControl))
	d.DisallowUnknownFields()
	var s settings
	err := d.Decode(&s)
	if err == nil {
		if _, e := d.Token(); !errors.Is(e, io.EOF) {
			err = errors.New("more than one JSON object")
		}
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		answer(w, &httpError{http.StatusBadRequest, err.Error()})
		return
	}
	g.publisher.change(s)
	answerJSON(w, s)
}
