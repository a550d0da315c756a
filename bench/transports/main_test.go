//go:build linux

package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// With the arguments of our server the test's own program is one.
func TestMain(m *testing.M) {
	if served() {
		return
	}
	os.Exit(m.Run())
}

func TestFlags(t *testing.T) {
	c, err := parse([]string{"-transports", "poll,ws", "-crowds", "3@4,5@6", "-rounds", "7"})
	require.NoError(t, err)
	assert.Equal(t, []*transport{transportNamed(t, "ws"), transportNamed(t, "poll")}, c.transports, "in the order of the table")
	assert.Equal(t, []crowd{{3, 4}, {5, 6}}, c.crowds)
	assert.Equal(t, 7, c.rounds)
	c, err = parse(nil)
	require.NoError(t, err)
	assert.Len(t, c.transports, len(transports))
	for _, args := range [][]string{
		{"-transports", "pigeon"},
		{"-transports", "ws,pigeon"},
		{"-transports", "ws,"},
		{"-crowds", "5"},
		{"-crowds", "0@5"},
		{"-crowds", ""},
		{"-rounds", "0"},
		{"-seconds", "0"},
		{"-size", "25"},
		{"-interval", "0s"},
		{"more"},
	} {
		_, err := parse(args)
		assert.Error(t, err, "%q", args)
	}
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, writeConfig(dir, "127.0.0.1:23456"))
	text, err := os.ReadFile(dir + "/nginx.conf")
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n        listen 127.0.0.1:23456;\n"+
		"        location = /comet/send { nchan_publisher; nchan_channel_id news; }\n"+
		"        location = /comet/ws { nchan_subscriber websocket; nchan_channel_id news; }\n")
	for i := range transports {
		assert.Contains(t, string(text), "location = "+transports[i].path()+" { nchan_subscriber "+transports[i].nchan+";")
	}
}
