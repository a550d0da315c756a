package comet

import "time"

// flushSize is how much is collected before it is sent.
const flushSize = 32 << 10

// flush sends what is collected. It waits for the client no longer than
// WriteTimeout. The deadline does not stay while nothing is sent: on HTTP/2 it
// would end the stream. After an error it does, since net/http tries to send
// more.
func (f *feed) flush() error {
	if len(f.b) == 0 {
		return nil
	}
	f.deadline()
	n, err := f.w.Write(f.b)
	f.sent += int64(n)
	f.b = f.b[:0]
	if cap(f.b) > 2*flushSize {
		f.b = nil // a stream holds no more than it mostly needs
	}
	if err == nil {
		err = f.rc.Flush()
	}
	if err == nil {
		_ = f.rc.SetWriteDeadline(time.Time{})
	}
	return err
}
