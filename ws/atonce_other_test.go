//go:build !unix

package ws

func pretend(*atOnce) {}
