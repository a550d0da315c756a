package ws

import (
	"context"
	"os"

	"longwire.example/ws/frame"
)

// writing is what its holder does with the socket, until leave.
type writing struct {
	c      *Conn
	ctx    context.Context // interrupts it; nil: nothing of the application's does
	aside  bool            // nobody waits for it: the application's deadline is not for it
	shared bool            // frames of other calls are among it
	begun  bool            // something of it went out, or may have

	entered bool // it had to wait: context and deadlines are watched
	ended   bool // ctx had ended before that
}

// write writes b and gives how much of it went out.
func (w *writing) write(b []byte) (n int, err error) {
	c := w.c
	if c.atOnce.can() && len(b) > 0 {
		n = c.atOnce.write(b)
	}
	if n < len(b) {
		c.out.full = true
		var m int
		if m, err = w.wait(b[n:]); m > 0 {
			n += m
		}
	}
	c.trace(Sent, b[:n])
	w.begun = w.begun || n > 0
	return n, err
}

// wait writes b for as long as that may take, at most WriteTimeout for each
// 32 KiB.
func (w *writing) wait(b []byte) (n int, err error) {
	if err = w.enter(); err != nil {
		return 0, err
	}
	// TLS can't go on after a time-out, so it gets no more at once.
	piece := bufferSize
	if w.c.atOnce.can() {
		piece = len(b)
	}
	for n < len(b) {
		w.c.writes.arm(w.c.set.WriteTimeout)
		m, err := w.c.nc.Write(b[n:min(n+piece, len(b))])
		n += max(m, 0)
		if err != nil && !w.mayGoOn(m, err) {
			w.begun = w.begun || !w.c.canResume()
			return n, err
		}
	}
	return n, nil
}

// mayGoOn tells whether a write that got err after n octets was interrupted by
// WriteTimeout and nothing else, and may have as much time again, since the peer
// took as much as is written at once elsewhere.
func (w *writing) mayGoOn(n int, err error) bool {
	return n >= bufferSize && isTimeout(err) && w.c.writes.renew()
}

// enter makes contexts and deadlines count; leave must follow.
func (w *writing) enter() error {
	if w.entered {
		return nil
	}
	w.entered = true
	s := &w.c.writes
	var err error
	switch {
	case w.aside:
		s.stepAside()
	case w.ctx == nil:
	case w.shared:
		if err = s.enterShared(w.ctx); err == nil && w.c.out.isCut() {
			s.cut() // before it could be
		}
	default:
		err = s.enter(w.ctx)
	}
	if err != nil {
		w.ended = true
		return os.ErrDeadlineExceeded // as if it had been interrupted
	}
	return nil
}

// leave ends the writing and tells whether it was interrupted, by its context
// or by that of somebody whose frame is among it.
func (w *writing) leave() (interrupted bool) {
	switch {
	case !w.entered || w.ctx == nil && !w.aside:
		return false
	case w.aside:
		w.c.writes.stepBack()
		return false
	case w.shared || w.ctx.Done() != nil:
		return w.c.writes.leave() || w.ended
	}
	return false
}

// maxBehind is the longest payload that goes out as a second slice behind its
// header. The kernel copies from one slice faster than from a list of two, and
// beyond this that is more than a system call: a fifth of all that an echo of
// 1 MiB costs.
const maxBehind = 256 << 10

// inTwo writes a header, which begins a buffer, with the beginning of an unmasked
// payload, and then the rest of it from where it is.
func (w *writing) inTwo(header, p []byte) error {
	n := copy(header[len(header):bufferSize], p)
	_, err := w.write(header[:len(header)+n])
	if err == nil {
		_, err = w.write(p[n:])
	}
	return err
}

// vector writes a header and an unmasked payload without joining them.
func (w *writing) vector(header, p []byte, more [][]byte) error {
	c := w.c
	if err := w.enter(); err != nil {
		return err
	}
	v := vectors.Get().(*vector)
	defer v.release()
	v.slices = append(v.slices[:0], header)
	if len(p) > 0 {
		v.slices = append(v.slices, p)
	}
	v.slices = append(v.slices, more...)
	for _, s := range v.slices {
		c.trace(Sent, s)
	}
	v.rest = v.slices // WriteTo consumes it
	for {
		c.writes.arm(c.set.WriteTimeout)
		n, err := v.rest.WriteTo(c.nc)
		w.begun = w.begun || n > 0
		if err == nil || !w.mayGoOn(int(n), err) {
			return err
		}
	}
}

// pieces writes a payload piece by piece through scratch: a client masks into
// it, so that the caller's slice stays as it is, and TLS and streams get large
// writes.
type pieces struct {
	scratch *buffer
	b       []byte // scratch up to what is filled
	key     frame.Key
}

func (o *pieces) add(w *writing, p []byte) error {
	for len(p) > 0 {
		n := min(len(p), len(o.scratch)-len(o.b))
		o.b, o.key = appendMasked(o.b, o.key, p[:n])
		p = p[n:]
		if len(o.b) == len(o.scratch) {
			if err := o.flush(w); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *pieces) flush(w *writing) error {
	if len(o.b) == 0 {
		return nil
	}
	_, err := w.write(o.b)
	o.b = o.scratch[:0]
	return err
}

// appendMasked appends p masked with key to b, which has room for it, and
// gives the key for what follows. The zero key copies.
func appendMasked(b []byte, key frame.Key, p []byte) ([]byte, frame.Key) {
	n := len(b)
	b = b[:n+len(p)]
	return b, key.XORCopy(b[n:], p)
}
