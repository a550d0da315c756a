// Package ports finds ports for servers that are measured.
package ports

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
)

// They are below those that the system gives to clients, which come and go by the
// thousand, and all have five digits, as the Host field of each request has.
const first, last = 20000, 32000

var next = first + os.Getpid()%(last-first)

// Free gives a port of 127.0.0.1 that is free, another one each time: what is left of
// old connections keeps to the port that they had. It is not for concurrent use.
func Free(ctx context.Context) (int, error) {
	for range last - first {
		port := next
		if next++; next > last {
			next = first
		}
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, ln.Close()
		}
	}
	return 0, errors.New("no free port")
}
