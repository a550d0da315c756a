package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStartedCase(t *testing.T) {
	for line, want := range map[string]string{
		"Running test case ID 12.1.10 for agent longwire from peer tcp4:127.0.0.1:4711": "12.1.10",
		"Running test case ID 2.1 for agent a b from peer tcp4:127.0.0.1:1":             "2.1",
		"Ok, will run 517 test cases against 1 servers":                                 "",
		"x Running test case ID 2.1 for agent longwire":                                 "",
	} {
		id, ok := startedCase(line)
		assert.Equal(t, want, id)
		assert.Equal(t, want != "", ok)
	}
}

func TestSpec(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spec.json")
	for _, c := range []struct {
		spec spec
		want string
	}{
		{
			spec{OutDir: "reports", Servers: []specServer{{Agent: "longwire", URL: "ws://127.0.0.1:1"}}, Cases: []string{"1.1.1", "2.10"}},
			`{"outdir": "reports", "servers": [{"agent": "longwire", "url": "ws://127.0.0.1:1"}], "cases": ["1.1.1", "2.10"]}`,
		},
		{
			spec{OutDir: "reports", URL: "ws://127.0.0.1:1", Cases: []string{"1.1.1"}},
			`{"outdir": "reports", "url": "ws://127.0.0.1:1", "cases": ["1.1.1"]}`,
		},
	} {
		require.NoError(t, c.spec.write(path))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.JSONEq(t, c.want, string(b))
	}
}

func TestProgress(t *testing.T) {
	s := &side{name: serverSide, cases: []string{"1.1.1", "1.1.2"}}
	assert.Equal(t, "server 0/2", s.progress())
	s.line("Running test case ID 1.1.1 for agent longwire from peer tcp4:127.0.0.1:1")
	assert.Equal(t, "server 0/2, in 1.1.1", s.progress())
	s.line("something else")
	s.line("Running test case ID 1.1.2 for agent longwire from peer tcp4:127.0.0.1:2")
	assert.Equal(t, "server 1/2, in 1.1.2", s.progress())
	s.ended = true
	assert.Equal(t, "server 2/2 done", s.progress())
	s.share = 3
	assert.Equal(t, "server 3: 2/2 done", s.progress())
}

func TestClientCommand(t *testing.T) {
	s := &side{bin: "b", cfg: &config{agent: "a"}}
	assert.Equal(t, []string{filepath.Join("b", "client"), "-url", "ws://h:1", "-agent", "a", "-deflate"}, s.clientCommand("ws://h:1"))
	s.cfg.clientCmd = []string{"other", "--to={url}/x", "{agent}"}
	assert.Equal(t, []string{"other", "--to=ws://h:1/x", "a"}, s.clientCommand("ws://h:1"))
}
