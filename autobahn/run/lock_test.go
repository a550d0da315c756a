//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	free, ok, err := tryLock(dir)
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = tryLock(dir)
	require.NoError(t, err)
	assert.False(t, ok, "held")
	free()
	free, ok, err = tryLock(dir)
	require.NoError(t, err)
	assert.True(t, ok, "free again")
	free()
}
