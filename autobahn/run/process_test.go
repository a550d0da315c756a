package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The test program itself is the program that these tests start: it does what
// this variable says.
const roleVariable = "AUTOBAHN_RUN_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "speak":
		fmt.Print("one\ntwo\nunfinished")
	case "fail":
		os.Exit(7)
	case "listen":
		l, err := net.Listen("tcp", os.Args[1])
		if err != nil {
			os.Exit(1)
		}
		for {
			c, err := l.Accept()
			if err != nil {
				os.Exit(1)
			}
			_ = c.Close()
		}
	}
}

// skipEmulated skips a test that starts programs under an emulator, which -short is
// for: the kernel can't start this one a second time there, and in qemu-user the fork
// itself, of a program with threads, may never come to an end.
func skipEmulated(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: it starts this program")
	}
}

// skipForeign is for an emulator without -short.
func skipForeign(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip(err)
	}
}

// play starts this program in a role.
func play(t *testing.T, role string, onLine func(string), args ...string) *process {
	t.Helper()
	skipEmulated(t)
	t.Setenv(roleVariable, role)
	p, err := start(t.Context(), role, filepath.Join(t.TempDir(), "log"), onLine, append([]string{os.Args[0]}, args...)...)
	skipForeign(t, err)
	require.NoError(t, err)
	t.Cleanup(p.stop)
	return p
}

func TestProcessLines(t *testing.T) {
	var lines []string
	p := play(t, "speak", func(s string) { lines = append(lines, s) })
	<-p.done
	require.NoError(t, p.err)
	assert.Equal(t, []string{"one", "two"}, lines)
	b, err := os.ReadFile(p.log)
	require.NoError(t, err)
	assert.Equal(t, "one\ntwo\nunfinished", string(b))
	assert.ErrorContains(t, p.failure(), "ended too early")
}

func TestProcessFails(t *testing.T) {
	p := play(t, "fail", nil)
	err := p.waitListening(t.Context(), "127.0.0.1:1")
	require.ErrorContains(t, err, "exit status 7")
	assert.ErrorContains(t, err, p.log)
}

func TestProcessListensAndIsStopped(t *testing.T) {
	addr, err := freeAddress(t.Context())
	require.NoError(t, err)
	p := play(t, "listen", nil, addr)
	require.NoError(t, p.waitListening(t.Context(), addr))
	p.stop()
	_, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	require.Error(t, err, "it is gone")
}

func TestProcessEndsWithContext(t *testing.T) {
	skipEmulated(t)
	ctx, cancel := context.WithCancel(t.Context())
	t.Setenv(roleVariable, "listen")
	p, err := start(ctx, "listen", filepath.Join(t.TempDir(), "log"), nil, os.Args[0], "127.0.0.1:0")
	skipForeign(t, err)
	require.NoError(t, err)
	cancel()
	<-p.done
	assert.Error(t, p.err)
}

func TestProcessThatDoesNotExist(t *testing.T) {
	_, err := start(t.Context(), "none", filepath.Join(t.TempDir(), "log"), nil, filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
