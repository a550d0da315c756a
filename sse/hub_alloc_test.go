//go:build !race

package sse

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However many lines a message has and however many get it, it is allocated
// once: its octets, its ID and the Published that all share.
func TestPublishAllocatesForNobodyAlone(t *testing.T) {
	for _, subscribers := range []int{0, 1, 1000} {
		h := &Hub{Store: &Ring{Events: 1}, QueueMessages: 4, Overflow: DropOldest}
		for range subscribers {
			s, err := h.Subscribe(SubscribeOptions{Topics: []string{"a"}})
			require.NoError(t, err)
			defer s.Close()
		}
		m := Message{Type: "greeting", Data: strings.Repeat("a line\n", 100)}
		publish := func() {
			if _, err := h.Publish(context.Background(), "a", m); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			publish()
		}
		assert.InDelta(t, 3, testing.AllocsPerRun(100, publish), 0, "%d subscribers", subscribers)
	}
}
