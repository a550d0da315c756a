package report

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"longwire.example/bench/race/results"
)

// The names in the folder of the page.
const (
	DataFile = "results.json"
	pageFile = "README.md"
)

// Files gives the page and its charts, by the names of the files.
func Files(r *results.Results) map[string]string {
	files := map[string]string{pageFile: page(r)}
	for i := range r.Contests {
		if c := &r.Contests[i]; of(c.Kind).base(c) != nil {
			files[file(c)] = draw(r, c)
		}
	}
	return files
}

// Write writes the results, the page and its charts into a folder, and removes
// charts that were there before.
func Write(dir string, r *results.Results) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a folder of the documentation
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	if err := r.Save(filepath.Join(dir, DataFile)); err != nil {
		return err
	}
	files := Files(r) // of what was saved, which has fewer digits
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o644); err != nil { //nolint:gosec // a page of the documentation
			return err
		}
	}
	return nil
}

const intro = `# The race
Echo and broadcast servers of many libraries, one after the other under the same loads. The server has one core and the load generator another; rounds are interleaved, so that a round is one run of each server. Ratios to a server of the same round come first, since they hold on other machines, too; figures in microseconds are of this one.

This page, its charts and [the samples](results.json) are written by the race itself. [bench](../../bench/README.md) says how it works, and has more comparisons, within one process.

## Repeat it
%[1]ssh
make bench-race      # some loads, once; nothing is written
make bench           # everything; rewrites this folder
cd bench && go run longwire.example/bench/race -servers tcp,gobwas,longwire-raw -loads 64x32x1,rate:64x1024@20000 -rounds 5
%[1]s
It needs Go and Linux with two cores. cargo, npm and node build the servers in other languages; those whose tools are missing are named and left out.

`

// page gives the page in Markdown.
func page(r *results.Results) string {
	var b strings.Builder
	fmt.Fprintf(&b, intro, "```")
	fmt.Fprintf(&b, "## Machine and versions\n%s: %s, %d cores, %s of memory, %s, Linux %s. Each sample counts %g s.\n\n",
		r.Date, r.Machine.CPU, r.Machine.Cores, r.Machine.Memory, r.Machine.System, r.Machine.Kernel, r.Seconds)
	servers := table{{"server", "what", "version", "language"}}
	for _, s := range r.Servers {
		version := s.Version
		if s.Skipped != "" {
			version = "not raced: " + s.Skipped
		}
		servers = append(servers, []string{s.Name, s.What, version, s.Language})
	}
	servers.markdown(&b)

	if t := summaryOf(r); len(t) > 1 {
		b.WriteString("\n## At a glance\nThe ratio of what a message costs with Longwire to what it costs with others, medians of the rounds; below 1 is better. At fixed rates it is the 99th percentile of the latency, and for idle connections memory.\n\n")
		t.markdown(&b)
	}
	for _, v := range views {
		all := contestsOf(r, v)
		if len(all) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n%s\n", v.title, v.words)
		if v.together {
			b.WriteByte('\n')
			matrixOf(v, all).markdown(&b)
		}
		for _, c := range all {
			fmt.Fprintf(&b, "\n### %s\n![%s of each server](%s)\n", heading(c), strings.ToUpper(v.metric.Name[:1])+v.metric.Name[1:], file(c))
			if !v.together {
				b.WriteByte('\n')
				tableOf(c).markdown(&b)
			}
			for _, s := range c.Series {
				if s.Failed != "" {
					fmt.Fprintf(&b, "\n%s: %s.\n", s.Server, s.Failed)
				}
			}
		}
	}
	return b.String()
}

// heading is the load with its kind, since no two headings are to be the same.
func heading(c *results.Contest) string { return string(c.Kind) + " " + shape(c) }

// markdown writes the table, with figures to the right.
func (t table) markdown(b *strings.Builder) {
	for i, row := range t {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
}
