package docs

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite what is generated: the matrix, frames, event streams, quotes and diagrams in .md files")

// root is the repository, seen from this package's folder.
const root = ".."

// files lists the files of the repository that end in suffix, by their paths
// from the root with slashes, in order. Hidden folders, testdata and build
// artefacts (the ones in .gitignore) are left out.
func files(t *testing.T, suffix string) []string {
	t.Helper()
	skip := map[string]bool{"autobahn/reports": true, "interop/artifacts": true}
	var found []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			base := path.Base(rel)
			if rel != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || skip[rel]) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(rel, suffix) {
			found = append(found, rel)
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

func read(t *testing.T, rel string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(rel)))
	require.NoError(t, err)
	return string(b)
}

// write replaces a file of the repository; only tests run with -update call it.
func write(t *testing.T, rel, text string) {
	t.Helper()
	name := filepath.Join(root, filepath.FromSlash(rel))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
}

func exists(rel string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(rel)))
	return err == nil
}
