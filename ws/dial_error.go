package ws

import (
	"context"
	"errors"
	"net"
	"os"
)

// DialStep is a part of what Dial does.
type DialStep string

// The steps of Dial, in their order.
const (
	StepOptions   DialStep = "options"   // the DialOptions were checked
	StepURL       DialStep = "url"       // the URL was read
	StepProxy     DialStep = "proxy"     // a proxy was chosen, reached and asked
	StepResolve   DialStep = "resolve"   // the host name was resolved
	StepConnect   DialStep = "connect"   // the transport was made
	StepTLS       DialStep = "tls"       // TLS shook hands
	StepHandshake DialStep = "handshake" // the request was sent and the answer read
	StepVerify    DialStep = "verify"    // the answer was judged
	StepRedirect  DialStep = "redirect"  // the answer led elsewhere
)

// DialError says at which step Dial failed.
type DialError struct {
	Step DialStep
	// Address is host and port of the server, "" before they were known. The
	// rest of the URL may hold secrets and is left out.
	Address string
	// Err is the cause: a *handshake.Error when the server's answer was at
	// fault, else an error of the network, of TLS or of a context.
	Err error
}

// Error gives the address, the step and the cause.
func (e *DialError) Error() string {
	s := "ws: dial"
	if e.Address != "" {
		s += " " + e.Address
	}
	return s + ": " + string(e.Step) + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *DialError) Unwrap() error { return e.Err }

// Timeout tells whether time was the cause.
func (e *DialError) Timeout() bool {
	return errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, os.ErrDeadlineExceeded)
}

// connectError tells a name that could not be resolved from an address that
// could not be reached.
func connectError(err error) *DialError {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return &DialError{Step: StepResolve, Err: err}
	}
	return &DialError{Step: StepConnect, Err: err}
}
