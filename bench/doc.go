// Package bench compares this project with other libraries, side by side in one
// run. It is a module of its own, so that nobody else needs those libraries; see
// README.md. The tests here run in one process; packages race and transports have
// servers, each in a process of its own.
package bench
