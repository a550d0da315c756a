package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	r3labs "github.com/r3labs/sse/v2"
	gosse "github.com/tmaxmax/go-sse"

	"longwire.example/sse"
)

// hub is a library's way to send one message to many event streams.
type hub interface {
	http.Handler
	publish(data string) error
	subscribers() int
	close()
}

var hubs = []struct {
	name string
	make func() hub
}{
	{"longwire", func() hub {
		h := &sse.Hub{}
		return &longwire{Handler: h.Handler(func(*http.Request) ([]string, error) { return []string{"news"}, nil }), hub: h}
	}},
	{"go-sse-Joe", func() hub {
		j := &joe{}
		j.Server = &gosse.Server{
			Provider:  &gosse.Joe{Replayer: j},
			OnSession: func(http.ResponseWriter, *http.Request) ([]string, bool) { return []string{"news"}, true },
		}
		return j
	}},
	{"r3labs", func() hub {
		r := &r3{}
		r.Server = r3labs.NewWithCallback(func(string, *r3labs.Subscriber) { r.n.Add(1) }, nil)
		r.AutoReplay = false
		r.CreateStream("news")
		return r
	}},
}

type longwire struct {
	http.Handler
	hub *sse.Hub
}

func (l *longwire) publish(data string) error {
	_, err := l.hub.Publish(context.Background(), "news", sse.Message{Data: data})
	return err
}

func (l *longwire) subscribers() int { return l.hub.Len() }

func (l *longwire) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_ = l.hub.Shutdown(ctx) // its error tells of streams that are cut off
}

// joe is also a Replayer that stores nothing: it is told of each subscriber.
type joe struct {
	*gosse.Server
	n atomic.Int64
}

func (j *joe) Put(m *gosse.Message, _ []string) (*gosse.Message, error) { return m, nil }

func (j *joe) Replay(gosse.Subscription) error {
	j.n.Add(1)
	return nil
}

func (j *joe) publish(data string) error {
	m := &gosse.Message{}
	m.AppendData(data)
	return j.Publish(m, "news")
}

func (j *joe) subscribers() int { return int(j.n.Load()) }

func (j *joe) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = j.Shutdown(ctx)
}

type r3 struct {
	*r3labs.Server
	n atomic.Int64
}

func (r *r3) publish(data string) error {
	r.Publish("news", &r3labs.Event{Data: []byte(data)})
	return nil
}

func (r *r3) subscribers() int { return int(r.n.Load()) }
func (r *r3) close()           { r.Close() }

// request is for the stream "news", in each library's way.
func request(ctx context.Context) *http.Request {
	return httptest.NewRequestWithContext(ctx, http.MethodGet, "/?stream=news", nil)
}
