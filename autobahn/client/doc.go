// Command client lets Longwire's client run every case that a fuzzing server
// of the Autobahn test suite offers, and asks it for its reports at the end:
//
//	go run ./autobahn/client -url ws://127.0.0.1:9001 -agent longwire
//
// It echoes every message, which is all that the suite wants of a client. What
// came of a case stands in the server's report and not here. autobahn/run uses
// it and reads the report. With -deflate it offers permessage-deflate; in groups
// 12 and 13 the parameters differ, so that all of them are played through
// (deflate.go).
//
// Exit codes: 0 when all cases were run, 1 when the server could not be
// reached or a case took too long, 2 for wrong flags.
package main
