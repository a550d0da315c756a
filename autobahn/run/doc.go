// Command run holds Longwire against the Autobahn test suite, both ways: the
// suite's fuzzing client against cmd/echo, and its fuzzing server against
// autobahn/client. The results are compared with autobahn/expected.json, case
// by case, and any difference fails.
//
// Terms. A case is one conversation that the suite has with the tested side,
// named by an id such as 6.4.1; the first number is its group. The behavior of
// a case is the suite's verdict on the messages, its behaviorClose the verdict
// on how the connection ended. A side is what is tested: "server" or "client".
//
// Reading order: main.go (the whole run), flags.go, python.go and suite.go
// (where the suite comes from), side.go (one side's processes), report.go,
// expected.go, compare.go and judge.go (results), table.go (what is printed).
//
// Exit codes: 0 as expected, 1 a difference or a failed run, 2 wrong flags,
// 3 no usable Python 2.7 on this machine.
package main
