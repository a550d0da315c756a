package main

import (
	"context"
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

// lookTime is after how long without anybody looking the publisher stops.
const lookTime = 10 * time.Second

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
