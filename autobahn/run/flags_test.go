package main

import (
	"bytes"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlagsDefault(t *testing.T) {
	c, err := parseFlags(nil, nil)
	require.NoError(t, err)
	assert.Equal(t, &config{driver: "http", agent: "longwire", server: true, client: true, clientCmd: []string{}, timeout: 30 * time.Minute}, c)
}

func TestFlagsChooseSides(t *testing.T) {
	for _, c := range []struct {
		args           []string
		server, client bool
	}{
		{[]string{"-server-only"}, true, false},
		{[]string{"-client-only"}, false, true},
		{[]string{"-server", "ws://127.0.0.1:9"}, true, false},
		{[]string{"-server", "ws://127.0.0.1:9", "-server-only"}, true, false},
		{[]string{"-client", "a {url}"}, false, true},
		{[]string{"-client", "a {url}", "-client-only"}, false, true},
		{[]string{"-client", "a {url}", "-server", "wss://127.0.0.1:9/x"}, true, true},
	} {
		got, err := parseFlags(c.args, nil)
		require.NoError(t, err, c.args)
		assert.Equal(t, c.server, got.server, c.args)
		assert.Equal(t, c.client, got.client, c.args)
	}
}

func TestFlagsChooseCases(t *testing.T) {
	c, err := parseFlags([]string{"-quick"}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2", "3", "4", "5", "6", "7", "10"}, c.patterns[:8])
	assert.Len(t, c.patterns, 8+5+7, "and a case for each group of 12 and 13")
	c, err = parseFlags([]string{"-cases", "7.1.*"}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"7.1.*"}, c.patterns)
}

func TestFlagsReports(t *testing.T) {
	c, err := parseFlags(nil, nil)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join("root", "autobahn", "reports"), c.reportsIn("root"))
	c, err = parseFlags([]string{"-reports", "here"}, nil)
	require.NoError(t, err)
	assert.True(t, filepath.IsAbs(c.reportsIn("root")))
	assert.Equal(t, "here", filepath.Base(c.reportsIn("root")))
}

func TestWrongFlags(t *testing.T) {
	for _, args := range []string{
		"-nope", "more", "-driver tcp", "-cases x", "-quick -cases 1", "-timeout 0s", "-timeout x", "-parallel -1", "-parallel x", "-agent=",
		"-server http://127.0.0.1", "-server ws://", "-server-only -client-only", "-client-only -server ws://a",
		"-server-only -client {url}", "-client a", "-update -server ws://a", "-update -client {url}",
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, exitUsage, run(t.Context(), strings.Fields(args), &out, &errs), args)
		assert.Equal(t, 1, strings.Count(errs.String(), "\n"), "%s: %s", args, errs.String())
		assert.Empty(t, out.String(), args)
	}
}

func TestHelp(t *testing.T) {
	var out, errs bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, &out, &errs))
	assert.Empty(t, errs.String())
	c, err := parseFlags([]string{"-h"}, &out)
	assert.ErrorIs(t, err, flag.ErrHelp)
	assert.Nil(t, c)
	assert.Contains(t, out.String(), "-quick")
}
