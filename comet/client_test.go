package comet_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// played is what a script of testdata tells.
type played struct {
	Used           string
	Data           []string
	States, Events []string
	Cursor         string
}

// play runs a script of testdata beside the client, and gives what it prints.
func play(t *testing.T, script string, args ...string) (all []played) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"client.js", "transports.js", "testdata/" + script} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type":"module"}`), 0o600))
	var out bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(dir, script)}, args...)...)
	node.Stdout, node.Stderr = &out, os.Stderr
	require.NoError(t, node.Run())
	for line := range strings.Lines(out.String()) {
		var p played
		require.NoError(t, json.Unmarshal([]byte(line), &p))
		all = append(all, p)
	}
	return all
}

// client.js gets 200 events without one missing or doubled over each transport that
// needs no browser, although it is cut off twice, and falls back to the first one
// that gets through. Errors of the application end nothing.
func TestClientInNode(t *testing.T) {
	needs(t, "node")
	h := allow()
	h.MaxStream = 4096
	h.MaxBatch = 16
	mux := http.NewServeMux()
	mux.Handle("/comet/", h)
	mux.HandleFunc("/comet/ws", http.NotFound)
	srv := httptest.NewServer(mux)
	defer srv.Close()
	s := &site{t: t, h: h, url: srv.URL + "/comet/", client: srv.Client()}
	begin := s.publish(-1, 0)
	s.publish(0, 200)

	all := play(t, "play.mjs", srv.URL+"/comet", begin)
	require.Len(t, all, 6)
	for i, used := range []string{"stream", "multipart", "longpoll", "poll", "stream"} {
		assert.Equal(t, used, all[i].Used)
		assert.Equal(t, numbers(0, 200), all[i].Data)
		assert.Equal(t, "connecting", all[i].States[0])
		assert.Contains(t, all[i].States, "open")
		assert.Contains(t, all[i].States, "waiting")
		assert.Equal(t, "closed", all[i].States[len(all[i].States)-1])
	}
	assert.Equal(t, "5", all[5].Cursor, "what the application has thrown was reported, once each time")
}

// Events may have the names of an EventSource's own, and are taken for what they are;
// and what ends at once, in good order but without an event, is not asked for again at
// once: neither a response without end nor a long poll.
func TestClientWithEventSource(t *testing.T) {
	needs(t, "node")
	h := allow()
	mux := http.NewServeMux()
	mux.Handle("/comet/", h)
	mux.HandleFunc("/ending/stream", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":"1"}`+"\n") })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	s := &site{t: t, h: h, url: srv.URL + "/comet/", client: srv.Client()}
	begin := s.publish(-1, 0)
	for _, kind := range []string{"", "error", "open", ""} {
		s.say("news", sse.Message{Type: kind, Data: "it is " + kind})
	}
	s.say("news", sse.Message{Data: "last"})

	all := play(t, "browser.mjs", srv.URL+"/comet", begin, srv.URL+"/ending")
	require.Len(t, all, 4)
	assert.Equal(t, []string{"message it is ", "error it is error", "open it is open", "message it is ", "message last"}, all[0].Events)
	assert.Equal(t, []string{"message it is ", "message it is ", "message last"}, all[1].Events, "an EventSource has to know the others")
	for _, p := range all[:2] {
		assert.Equal(t, []string{"connecting", "open", "closed"}, p.States)
	}
	assert.Equal(t, []string{"connecting", "open", "waiting", "connecting", "open", "waiting", "connecting"}, all[2].States)
	assert.Equal(t, []string{"0", ""}, all[3].Events, "one to open, and one that should have been held")
}
