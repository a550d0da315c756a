package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakePython makes a script that answers as an interpreter of that version.
func fakePython(t *testing.T, path, version string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	script := "#!/bin/sh\nprintf '%s %s' '" + version + "' '" + path + "'\n"
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
}

// bareMachine takes every Python off this process's environment.
func bareMachine(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("HOME", dir)
	t.Setenv("PYENV_ROOT", "")
	t.Setenv("AUTOBAHN_PYTHON", "")
	return dir
}

func TestFindPython(t *testing.T) {
	dir := bareMachine(t)
	_, err := findPython(t.Context())
	require.ErrorIs(t, err, errNoPython)

	pyenv := filepath.Join(dir, ".pyenv", "versions", "2.7.18", "bin", "python2.7")
	fakePython(t, pyenv, "2.7")
	got, err := findPython(t.Context())
	require.NoError(t, err)
	assert.Equal(t, pyenv, got)

	onPath := filepath.Join(dir, "python2.7")
	fakePython(t, onPath, "2.7")
	got, err = findPython(t.Context())
	require.NoError(t, err)
	assert.Equal(t, onPath, got)

	named := filepath.Join(dir, "mine")
	fakePython(t, named, "2.7")
	t.Setenv("AUTOBAHN_PYTHON", named)
	got, err = findPython(t.Context())
	require.NoError(t, err)
	assert.Equal(t, named, got)

	fakePython(t, named, "3.13")
	_, err = findPython(t.Context())
	require.ErrorContains(t, err, "AUTOBAHN_PYTHON="+named)
	assert.NotErrorIs(t, err, errNoPython, "a wrong name is a mistake, not a bare machine")
}

func TestPyenvShim(t *testing.T) {
	dir := bareMachine(t)
	shim := filepath.Join(dir, "python2.7")
	script := "#!/bin/sh\n[ \"$PYENV_VERSION\" = 2.7.18 ] || exit 127\nprintf '2.7 /real/python2.7'\n"
	require.NoError(t, os.WriteFile(shim, []byte(script), 0o700))
	got, err := findPython(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "/real/python2.7", got)
}

func TestExitCodeOnBareMachine(t *testing.T) {
	bareMachine(t)
	var out, errs bytes.Buffer
	assert.Equal(t, exitNoPython, run(t.Context(), []string{"-reports", t.TempDir()}, &out, &errs), errs.String())
	assert.Contains(t, errs.String(), "no usable Python 2.7")
	assert.Equal(t, 1, strings.Count(errs.String(), "\n"))
}

func TestOutsideTheRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	assert.Equal(t, exitFailed, run(t.Context(), nil, &out, &errs))
	assert.Contains(t, errs.String(), "inside Longwire's repository")
}

func TestDigestNamesWhatTheEnvironmentIsMadeFrom(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.NoError(t, os.WriteFile(a, []byte("x==1\n"), 0o600))
	require.NoError(t, os.WriteFile(b, []byte("y==1\n"), 0o600))
	first, err := digest("/python", a, b)
	require.NoError(t, err)
	again, err := digest("/python", a, b)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	other, err := digest("/other", a, b)
	require.NoError(t, err)
	assert.NotEqual(t, first, other)
	require.NoError(t, os.WriteFile(b, []byte("y==2\n"), 0o600))
	changed, err := digest("/python", a, b)
	require.NoError(t, err)
	assert.NotEqual(t, first, changed)
}
