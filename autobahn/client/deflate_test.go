package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// The suite's group 12 has five kinds of data, its group 13 seven choices of
// parameters.
func TestOffers(t *testing.T) {
	require.Len(t, offers, 5+7)
	for group := range offers {
		o := offer(group + ".1")
		want := offers[group]
		want.Threshold = -1
		assert.Equal(t, &want, o, group)
		assert.NoError(t, (&ws.Options{Compression: o}).Check())
	}
	assert.Equal(t, offer("12.1.1"), offer("9.1.1"), "the other groups go with it too")
	assert.Equal(t, offer("12.1.1"), offer("12.10.1"), "a group that is not known yet")
}

// In group 13 the server's half of the offer is that of the suite's client.
func TestOffersOfGroup13(t *testing.T) {
	for group, want := range map[string]string{
		"13.1": "permessage-deflate; client_max_window_bits",
		"13.2": "permessage-deflate; server_no_context_takeover; client_max_window_bits",
		"13.3": "permessage-deflate; server_max_window_bits=9; client_max_window_bits",
		"13.4": "permessage-deflate; client_max_window_bits",
		"13.5": "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits",
		"13.6": "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
		"13.7": "permessage-deflate; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=8",
	} {
		got := make(chan string, 1)
		s := serve(t, func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Sec-WebSocket-Extensions") })
		_, _, err := ws.Dial(t.Context(), s, &ws.DialOptions{Options: ws.Options{Compression: offer(group + ".1")}})
		require.Error(t, err)
		assert.Equal(t, want, <-got, group)
	}
}

func TestDeflate(t *testing.T) {
	long := []byte(strings.Repeat("again and ", 1000))
	f := &fuzzer{compression: &ws.Compression{ServerContextTakeover: true, ClientContextTakeover: true}}
	agreed := []string{}
	for range 3 {
		f.cases = append(f.cases, func(ctx context.Context, c *ws.Conn) error {
			f.mu.Lock()
			agreed = append(agreed, strings.Join(c.Info().Extensions, ", "))
			f.mu.Unlock()
			if err := c.Write(ctx, ws.Text, long); err != nil {
				return err
			}
			_, p, err := c.Read(ctx)
			assert.NoError(t, err)
			assert.True(t, bytes.Equal(long, p))
			return err
		})
	}
	f.ids = []string{"1.1.1", "13.2.1", "13.7.1"}
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-url", f.start(t), "-deflate"}, &out, &errs)
	require.Equal(t, 0, code, errs.String())
	f.mu.Lock()
	defer f.mu.Unlock()
	assert.Equal(t, []string{
		"permessage-deflate",
		"permessage-deflate; server_no_context_takeover",
		"permessage-deflate; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=8",
	}, agreed)
	assert.Equal(t, "3 of 3 cases run\n", out.String())
	assert.Equal(t, []string{
		"/getCaseCount", "/getCaseInfo?agent=longwire&case=1", "/runCase?agent=longwire&case=1",
	}, f.seen[:3])
}

// A server that does not tell the id of a case has it not run.
func TestDeflateWithoutID(t *testing.T) {
	f := &fuzzer{ids: []string{"nonsense"}}
	f.cases = append(f.cases, func(context.Context, *ws.Conn) error { return fmt.Errorf("not to be run") })
	var out, errs bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-url", f.start(t), "-deflate"}, &out, &errs), errs.String())
	assert.Contains(t, out.String(), `case 1 of 1: getCaseInfo: "nonsense" is no id of a case`)
}
