//go:build !unix

package ws

import "syscall"

// idleReader needs non-blocking descriptors; elsewhere a connection keeps its
// buffer.
type idleReader struct{}

func newIdleReader(*Conn) *idleReader { return nil }

func (i *idleReader) fill() (int, error) { panic("unreachable: newIdleReader gives nil") }

func unread(syscall.Conn) bool { return false }

const canPeek = false
