package main

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// published is what a hub has been given.
func published(t *testing.T, hub *sse.Hub) []string {
	t.Helper()
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{cometTopic}, Kept: true})
	require.NoError(t, err)
	defer s.Close()
	var all []string
	for {
		p, ok, err := s.Poll(context.Background())
		require.NoError(t, err)
		if !ok {
			return all
		}
		all = append(all, p.Message.Data)
	}
}

func TestPublisher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := &sse.Hub{}
		var p publisher
		p.start(hub)
		defer p.shutdown()
		pass := func(d time.Duration) []string {
			<-time.After(d)
			synctest.Wait()
			return published(t, hub)
		}
		assert.Empty(t, pass(time.Minute), "nobody looks")

		begin := time.Now()
		p.look()
		all := pass(2*time.Second + time.Millisecond)
		require.Len(t, all, 8)
		for i, data := range all {
			require.Len(t, data, 128)
			fields := strings.Fields(data)
			assert.Equal(t, strconv.Itoa(i+1), fields[0])
			assert.Equal(t, formatMillis(begin.Add(time.Duration(i+1)*time.Second/4).UnixMicro()), fields[1])
		}

		p.change(settings{Rate: 10, Size: 64, Burst: 3})
		p.look()
		all = pass(time.Second + time.Millisecond)
		require.Len(t, all, 38)
		assert.Len(t, all[37], 64)
		assert.Equal(t, settings{Rate: 10, Size: 64, Burst: 3}, p.look())

		p.change(settings{Rate: 0, Size: 64, Burst: 3})
		assert.Len(t, pass(5*time.Second), 38)

		p.change(settings{Rate: 1, Size: 64, Burst: 1})
		p.look()
		n := len(pass(time.Minute)) - 38
		assert.LessOrEqual(t, n, int(lookTime/time.Second)+1, "nobody has looked for long")
		assert.GreaterOrEqual(t, n, int(lookTime/time.Second)-1)
		p.look()
		assert.Len(t, pass(time.Second+time.Millisecond), 38+n+1, "somebody looks again")
	})
}

func TestSettings(t *testing.T) {
	for _, s := range []settings{{0, 64, 1}, {0.1, 64, 1}, {50, 4096, 4}, {2, 64, 100}} {
		assert.NoError(t, s.check(), "%v", s)
	}
	for _, s := range []settings{
		{-1, 64, 1},
		{0.01, 64, 1},
		{51, 64, 1},
		{math.NaN(), 64, 1},
		{math.Inf(1), 64, 1},
		{1, 63, 1},
		{1, 4097, 1},
		{1, 64, 0},
		{1, 64, 101},
		{3, 64, 100},
	} {
		assert.Error(t, s.check(), "%v", s)
	}
}

func TestServePublisher(t *testing.T) {
	p := start(t)
	r := p.do(t, http.MethodPost, "/transports/publisher", `{"rate":2,"size":64,"burst":3}`)
	assert.Equal(t, http.StatusOK, r.status)
	assert.JSONEq(t, `{"rate":2,"size":64,"burst":3}`, r.body)
	assert.Equal(t, settings{2, 64, 3}, p.figures(t, 0).Publisher)
	for _, body := range []string{
		"", "{", "[]", `{"rate":2}`, `{"rate":1e9,"size":64,"burst":3}`, `{"rate":2,"size":64,"burst":3,"more":1}`,
		`{"rate":2,"size":64,"burst":3} {}`, `{"rate":2,"size":64,"burst":3}` + strings.Repeat(" ", maxControl),
	} {
		assert.Equal(t, http.StatusBadRequest, p.do(t, http.MethodPost, "/transports/publisher", body).status, body)
	}
	assert.Equal(t, settings{2, 64, 3}, p.figures(t, 0).Publisher)
}

// The pages that are counted for are few, and those that are gone make room.
func TestViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v viewers
		_, err := v.look("short")
		require.ErrorIs(t, err, errToken)
		for i := range maxViewers {
			one, err := v.look(token(i))
			require.NoError(t, err)
			assert.Same(t, one, v.get(token(i)))
		}
		<-time.After(viewerLife)
		_, err = v.look(token(maxViewers))
		require.Error(t, err)
		<-time.After(time.Second)
		_, err = v.look(token(0))
		require.NoError(t, err)
		_, err = v.look(token(maxViewers))
		require.NoError(t, err)
		assert.NotNil(t, v.get(token(0)), "it was seen")
		assert.Len(t, v.byName, maxViewers)
	})
}
