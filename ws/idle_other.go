//go:build !unix

package ws

import "syscall"

// idleReader needs non-blocking descriptors; elsewhere a connection keeps its
// buffer.
type idleReader struct{}

func (i *idleReader) init(*Conn) {}

func (i *idleReader) can() bool { return false }

func (c *Conn) fillIdle() (int, error) { panic("unreachable: it can't") }

func (c *Conn) readDirect([]byte) (int, error) { panic("unreachable: it can't") }

func unread(syscall.Conn) bool { return false }

const canPeek = false
