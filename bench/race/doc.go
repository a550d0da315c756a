// Race runs echo and broadcast servers of many libraries, one after the other
// under the same loads, and says what each message costs them.
//
//	go run ./race -quick
//	go run ./race -servers tcp,gobwas,longwire-raw -loads 64x32x1 -rounds 5
//	go run ./race -all -out ../docs/bench
//
// The server has one core, the load generator another. A round is one run of each
// server, and no two rounds begin with the same one, so that what slows the
// machine down for a while hits everybody alike. What counts is the server's
// CPU time for a message, which stays true where the load generator is what
// limits the rate; and of that the ratio to another server in the same round.
//
// Reading order: server.go (who), load.go (what), race.go and process.go (how),
// build.go, versions.go, save.go; then package results (samples and what is made
// of them), package report (tables, charts, a page), and the load generator.
package main
