//go:build linux && !386

package main

import (
	"fmt"
	"os"
	"syscall"

	"longwire.example/bench/race/results"
)

// handshakes opens connections and closes them again as soon as the opening
// handshake is over, several at the same time. The request is what a browser
// sends.
type handshakes struct {
	target  *target
	poller  *poller
	request []byte
	fds     []int
	buf     []byte
}

func newHandshakes(t *target, atOnce int) (*handshakes, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &handshakes{target: t, poller: p, request: t.browser(), fds: make([]int, atOnce), buf: make([]byte, 4096)}, nil
}

func (h *handshakes) run(w window) (results.Sample, error) {
	for i := range h.fds {
		if err := h.open(i); err != nil {
			return results.Sample{}, err
		}
	}
	m, err := w.measure(h.step, func() {})
	return m.sample(), err
}

// open connects and sends the request. Connecting does not wait for the server:
// on one machine the kernel does it alone.
func (h *handshakes) open(i int) error {
	fd, err := h.target.connect(i)
	if err != nil {
		return err
	}
	if _, e := send(fd, h.request); e != 0 {
		return os.NewSyscallError("send", e)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	h.fds[i] = fd
	return h.poller.add(fd, i)
}

// step takes the answers that have come, each of which is followed by another
// connection.
func (h *handshakes) step() (done int, err error) {
	events, err := h.poller.wait(100)
	if err != nil {
		return 0, err
	}
	for i := range events {
		if events[i].Events&syscall.EPOLLIN == 0 {
			continue // it can be written, which is nothing new
		}
		slot := int(events[i].Fd)
		n, e := recv(h.fds[slot], h.buf)
		if e != 0 {
			return 0, os.NewSyscallError("recv", e)
		}
		// A server that sends the answer in pieces would not be told from one
		// that sends something else. None does.
		whole, err := answered(h.buf[:n])
		if err != nil || !whole {
			return 0, fmt.Errorf("not an answer in one piece: %.200q: %w", h.buf[:n], err)
		}
		reset(h.fds[slot])
		done++
		if err := h.open(slot); err != nil {
			return 0, err
		}
	}
	return done, nil
}

func (h *handshakes) leave() {
	for _, fd := range h.fds {
		if fd > 0 {
			reset(fd)
		}
	}
	_ = syscall.Close(h.poller.fd)
}
