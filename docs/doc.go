// Package docs checks what the repository says of itself. It has no code of
// its own, only tests; `go test ./docs` runs them all, and
// `go test ./docs -update` rewrites what is generated.
//
//   - deps_test.go: who may import whom, and how long a file may be.
//   - requirements_test.go, directives_test.go, cases_test.go, matrix_test.go:
//     the lists in docs/spec, the //req: directives and the Autobahn cases that
//     cite them, and the matrix of all three.
//   - markdown_test.go, links_test.go, commands_test.go: the links, anchors and
//     commands of every .md file.
//   - quotes_test.go, dumps_test.go, deflate_dumps_test.go, streams_test.go,
//     diagrams_test.go: Go code, frames, compressed messages, event streams and
//     diagrams shown in .md files are what the code really is, sends, reads and
//     does. negotiation_test.go and compression_test.go make the tables of
//     docs/compression.md; deflate_bits_test.go takes its messages apart.
//   - transports_test.go and those whose names begin so: docs/transports.md and
//     the figures in docs/choosing.md are what docs/transports.json makes of them.
//   - readme_test.go, security_test.go: the tables of README.md and SECURITY.md.
//
// CONTRIBUTING.md says how to write a page that these tests can check.
package docs
