package sse

// sendLock is a mutex made of a channel. Waiting for it is what
// testing/synctest calls durably blocking, which waiting for a sync.Mutex is
// not: while a client stalls, the time of a bubble can go on to the deadline.
type sendLock chan struct{}

func (l sendLock) lock()   { l <- struct{}{} }
func (l sendLock) unlock() { <-l }
