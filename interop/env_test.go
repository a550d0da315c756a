package interop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// root is the repository, seen from this folder.
const root = ".."

// geckodriverKept is the geckodriver that `make tools` has built, as a pattern.
const geckodriverKept = root + "/.cache/tools/geckodriver-*[0-9]"

// installTime bounds what is fetched from a registry.
const installTime = 3 * time.Minute

// missing skips the test for want of a tool; in CI, which has all of them, it
// fails.
func missing(t *testing.T, tool string) {
	t.Helper()
	if os.Getenv("LONGWIRE_CI") == "1" {
		require.FailNow(t, "missing tool: "+tool)
	}
	t.Skip("missing tool: " + tool)
}

// tool finds a program by the first of its names that is on the PATH. A name with
// a slash is a pattern, of which the last file is taken.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if files, err := filepath.Glob(name); err == nil && len(files) > 0 && filepath.Dir(name) != "." {
			name = files[len(files)-1]
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, names[0])
	return ""
}

// installed gives a folder that fill has filled, by way of a folder beside it,
// so that it is there whole or not at all. It is kept in the cache under a name
// that stands for from: the files that it is made of, and anything else that
// counts.
func installed(t *testing.T, name string, files, from []string, fill func(ctx context.Context, dir string) error) string {
	t.Helper()
	h := sha256.New()
	for _, s := range from {
		fmt.Fprintf(h, "%q\n", s)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		fmt.Fprintf(h, "%q\n", b)
	}
	cache := os.Getenv("LONGWIRE_CACHE")
	if cache == "" {
		cache = filepath.Join(root, ".cache")
	}
	cache, err := filepath.Abs(filepath.Join(cache, "interop"))
	require.NoError(t, err)
	dir := filepath.Join(cache, name+"-"+hex.EncodeToString(h.Sum(nil))[:12])
	if _, err := os.Stat(dir); err == nil {
		return dir
	}

	require.NoError(t, os.MkdirAll(cache, 0o755))
	fresh, err := os.MkdirTemp(cache, name+"-new-") //nolint:usetesting // it has to be beside dir, to be renamed
	require.NoError(t, err)
	defer os.RemoveAll(fresh)
	ctx, cancel := context.WithTimeout(t.Context(), installTime)
	defer cancel()
	if err := fill(ctx, fresh); err != nil {
		t.Log(err)
		missing(t, name+" (see the log)")
	}
	if err := os.Rename(fresh, dir); err != nil {
		// Another run was faster, or the cache can't be written.
		require.DirExists(t, dir, "%v", err)
	}
	return dir
}

// command runs a program to its end, in dir; the error has its output.
func command(ctx context.Context, dir string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%q: %w\n%s", argv, err, out)
	}
	return nil
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o644)
}
