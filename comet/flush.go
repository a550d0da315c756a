package comet

import (
	"sync"
	"time"
)

// flushSize is how much is collected before it is sent. An event of that size is not
// collected: it would be copied for each client.
const flushSize = 32 << 10

// buffer collects what is to be sent. A stream has one only while it sends: most of
// the time it waits, and there may be very many.
type buffer struct{ b []byte }

var buffers = sync.Pool{New: func() any { return &buffer{} }}

func getBuffer() *buffer { return buffers.Get().(*buffer) }

func (f *feed) release() {
	if cap(f.out.b) <= 2*flushSize {
		f.out.b = f.out.b[:0]
		buffers.Put(f.out)
	}
	f.out = nil
}

// put collects an event.
func (f *feed) put(json []byte) {
	if f.out == nil {
		f.out = getBuffer()
	}
	b := append(f.out.b, f.before...)
	if len(json) < flushSize {
		b = append(b, json...)
	} else {
		f.deadline()
		f.write(b)
		f.write(json)
		b = b[:0]
	}
	f.out.b = append(b, f.after...)
}

// write sends without a flush, unless that has failed before.
func (f *feed) write(b []byte) {
	if f.err != nil {
		return
	}
	var n int
	n, f.err = f.w.Write(b)
	f.err = f.inTime(f.err)
	f.sent += int64(n)
}

// flush sends what is collected. It waits for the client no longer than
// WriteTimeout. The deadline does not stay while nothing is sent: on HTTP/2 it
// would end the stream. After an error it does, since net/http tries to send
// more.
func (f *feed) flush() error {
	if f.out == nil {
		return f.err
	}
	f.deadline()
	f.write(f.out.b)
	f.release()
	if f.err == nil {
		f.err = f.inTime(f.rc.Flush())
	}
	if f.err == nil {
		_ = f.rc.SetWriteDeadline(time.Time{})
	}
	return f.err
}
