package comet_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// client.js gets 200 events without one missing or doubled over each transport that
// needs no browser, although it is cut off twice, and falls back to the first one
// that gets through. Errors of the application end nothing.
func TestClientInNode(t *testing.T) {
	needs(t, "node")
	dir := t.TempDir()
	for _, name := range []string{"client.js", "transports.js", "testdata/play.mjs"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type":"module"}`), 0o600))

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

	var out bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "play.mjs"), srv.URL+"/comet", begin)
	node.Stdout, node.Stderr = &out, os.Stderr
	require.NoError(t, node.Run())
	type played struct {
		Used   string
		Data   []string
		States []string
		Cursor string
	}
	var all []played
	for line := range strings.Lines(out.String()) {
		var p played
		require.NoError(t, json.Unmarshal([]byte(line), &p))
		all = append(all, p)
	}
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
