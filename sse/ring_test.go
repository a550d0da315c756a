package sse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/parser"
)

// after collects what a Store gives from id to its newest message.
func after(t *testing.T, s Store, id string, topics ...string) (ids []string, err error) {
	t.Helper()
	last, err := s.Last(t.Context())
	require.NoError(t, err)
	for p, err := range s.After(t.Context(), Range{After: id, Until: last, Topics: topics, Limit: 1 << 30}) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, p.ID)
	}
	return ids, nil
}

func fill(t *testing.T, r *Ring, topic string, n int) (ids []string) {
	t.Helper()
	for i := range n {
		id, err := r.Append(t.Context(), topic, Message{Data: strconv.Itoa(i)})
		require.NoError(t, err)
		ids = append(ids, id)
	}
	return ids
}

func TestRingIDs(t *testing.T) {
	r := &Ring{}
	begin, err := r.Last(t.Context())
	require.NoError(t, err)
	assert.Regexp(t, `^[0-9a-f]{12}-0$`, begin)
	ids := fill(t, r, "a", 40)
	for i, id := range ids {
		assert.Equal(t, fmt.Sprintf("%s-%d", r.epoch, i+1), id)
		require.NoError(t, parser.CheckID(id))
	}
	got, err := after(t, r, begin, "a")
	require.NoError(t, err)
	assert.Equal(t, ids, got)
	got, err = after(t, r, ids[7], "a")
	require.NoError(t, err)
	assert.Equal(t, ids[8:], got)
	got, err = after(t, r, ids[39], "a")
	require.NoError(t, err)
	assert.Empty(t, got)

	other, err := (&Ring{}).Last(t.Context())
	require.NoError(t, err)
	assert.NotEqual(t, begin, other, "a restart is noticed")
}

// Whatever a client sends as an ID: those that are not of this Ring are a gap,
// and none is anything worse.
func TestS11_ForgedIDs(t *testing.T) {
	r := &Ring{Events: 4}
	fill(t, r, "a", 10)
	e := r.epoch
	for id, reason := range map[string]string{
		"":                                   GapMalformed,
		"-":                                  GapMalformed,
		e:                                    GapMalformed,
		e + "-":                              GapMalformed,
		e + "-x":                             GapMalformed,
		e + "--1":                            GapMalformed,
		e + "-+1":                            GapMalformed,
		e + "-1 ":                            GapMalformed,
		" " + e + "-1":                       GapMalformed,
		e + "-01":                            GapMalformed,
		e + "-00":                            GapMalformed,
		e + "-1-1":                           GapMalformed,
		e + "1-1":                            GapMalformed,
		e + "-1\x00":                         GapMalformed,
		e + "-0x1":                           GapMalformed,
		e + "-1_0":                           GapMalformed,
		e + "-٣":                             GapMalformed,
		strings.ToUpper("a"+e[1:]) + "-1":    GapMalformed,
		e + "-18446744073709551616":          GapMalformed,
		strings.Repeat("9", 1<<20):           GapMalformed,
		e + "-" + strings.Repeat("1", 1<<20): GapMalformed,
		"000000000000-1":                     GapEpoch,
		e + "-11":                            GapFuture,
		e + "-18446744073709551615":          GapFuture,
		e + "-0":                             GapEvicted,
		e + "-5":                             GapEvicted,
	} {
		_, err := after(t, r, id, "a")
		require.ErrorIs(t, err, ErrGap)
		var gap *GapError
		require.ErrorAs(t, err, &gap)
		assert.Equal(t, GapError{After: id, Oldest: e + "-7", Reason: reason}, *gap)
		assert.LessOrEqual(t, len(gap.Error()), 100)
	}
	got, err := after(t, r, e+"-6", "a")
	require.NoError(t, err)
	assert.Len(t, got, 4)
}

func FuzzRingID(f *testing.F) {
	f.Fuzz(func(t *testing.T, id string) {
		epoch, n, ok := parseRingID(id)
		if ok && ringID(epoch, n) != id {
			t.Fatalf("%q has another spelling", id)
		}
	})
}

func TestRingLimits(t *testing.T) {
	t.Run("events", func(t *testing.T) {
		r := &Ring{Events: 1}
		ids := fill(t, r, "a", 3)
		got, err := after(t, r, ids[1], "a")
		require.NoError(t, err)
		assert.Equal(t, ids[2:], got)
		_, err = after(t, r, ids[0], "a")
		require.ErrorIs(t, err, ErrGap)
	})
	t.Run("octets", func(t *testing.T) {
		r := &Ring{Bytes: 1000}
		ids := fill(t, r, "a", 100)
		assert.LessOrEqual(t, r.octets, 1000)
		assert.Greater(t, r.octets, 900)
		_, err := r.Append(t.Context(), "a", Message{Data: strings.Repeat("x", 5000)})
		require.NoError(t, err)
		got, err := after(t, r, ids[99], "a")
		require.NoError(t, err)
		assert.Len(t, got, 1, "the newest is kept whatever its size")
		assert.Equal(t, r.oldest, r.newest)
		fill(t, r, "a", 1)
		assert.LessOrEqual(t, r.octets, 1000)
	})
	t.Run("none", func(t *testing.T) {
		r := &Ring{Events: -1, Bytes: -1, Age: -1}
		ids := fill(t, r, "a", DefaultRingEvents+10)
		got, err := after(t, r, ids[0], "a")
		require.NoError(t, err)
		assert.Equal(t, ids[1:], got)
	})
	t.Run("age", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &Ring{}
			ids := fill(t, r, "a", 2)
			<-time.After(DefaultRingAge / 2)
			ids = append(ids, fill(t, r, "a", 1)...)
			<-time.After(DefaultRingAge / 2)
			got, err := after(t, r, ids[0], "a")
			require.NoError(t, err)
			assert.Equal(t, ids[1:], got)
			<-time.After(time.Nanosecond)
			_, err = after(t, r, ids[0], "a")
			require.ErrorIs(t, err, ErrGap)
			got, err = after(t, r, ids[1], "a")
			require.NoError(t, err)
			assert.Equal(t, ids[2:], got)
			<-time.After(DefaultRingAge)
			got, err = after(t, r, ids[2], "a")
			require.NoError(t, err)
			assert.Empty(t, got)
			assert.Zero(t, r.octets)
			assert.Equal(t, ids[2], must(r.Last(t.Context())), "sequences go on")
		})
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Under any sequence of publications, each client gets exactly what it missed,
// or a gap; and a gap only if something of its topics is missing, while the
// topics are few enough to be remembered.
func TestS11_RingNeverHidesAGap(t *testing.T) {
	for _, topics := range []uint64{3, 40, 5 * evictedTopics} {
		random := rand.NewChaCha8([32]byte{byte(topics)})
		r := &Ring{Events: 50}
		type event struct{ id, topic string }
		var all []event
		cautious := 0
		for range 3 * topics {
			topic := "t" + strconv.FormatUint(random.Uint64()%topics, 10)
			id, err := r.Append(t.Context(), topic, Message{})
			require.NoError(t, err)
			all = append(all, event{id, topic})
			if topics > 1000 && len(all)%20 != 0 {
				continue
			}
			from := int(random.Uint64() % uint64(len(all)))
			asked := []string{"t" + strconv.FormatUint(random.Uint64()%topics, 10), "t0"}
			slices.Sort(asked)
			asked = slices.Compact(asked)
			var want []string
			missing := false
			for i, e := range all[from+1:] {
				if slices.Contains(asked, e.topic) {
					want = append(want, e.id)
					missing = missing || from+1+i < len(all)-50
				}
			}
			got, err := after(t, r, all[from].id, asked...)
			if err == nil {
				require.False(t, missing)
				require.Equal(t, want, got)
				continue
			}
			require.ErrorIs(t, err, ErrGap)
			if !missing {
				cautious++
			}
		}
		if topics < evictedTopics {
			assert.Zero(t, cautious)
		}
		assert.LessOrEqual(t, len(r.evicted.young)+len(r.evicted.old), 2*evictedTopics)
	}
}

// A client whose replay is slower than eviction is told so.
func TestS11_EvictedDuringReplay(t *testing.T) {
	r := &Ring{Events: 100}
	begin := must(r.Last(t.Context()))
	fill(t, r, "a", 100)
	got := 0
	var last error
	for _, err := range r.After(t.Context(), Range{After: begin, Until: must(r.Last(t.Context())), Topics: []string{"a"}}) {
		if last = err; err != nil {
			break
		}
		if got++; got == 10 {
			fill(t, r, "a", 60)
		}
	}
	require.ErrorIs(t, last, ErrGap)
	assert.Equal(t, 16, got, "those that had been looked up, and none after the gap")
}

func TestRingMisuse(t *testing.T) {
	r := &Ring{}
	_, err := r.Append(t.Context(), "a", Message{ID: "1"})
	require.ErrorIs(t, err, ErrMessageID)
	_, err = r.Append(t.Context(), "", Message{})
	require.ErrorIs(t, err, ErrTopic)
	_, err = r.Append(t.Context(), "a", Message{Type: "a\nb"})
	var field *FieldError
	require.ErrorAs(t, err, &field)
	assert.Regexp(t, "-0$", must(r.Last(t.Context())))

	begin := must(r.Last(t.Context()))
	fill(t, r, "a", 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range r.After(ctx, Range{After: begin, Until: must(r.Last(ctx)), Topics: []string{"a"}}) {
		require.ErrorIs(t, err, context.Canceled)
	}
}
