package ws

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"longwire.example/ws/handshake"
)

// connect makes the transport for u: through the proxy that is configured, or
// else directly. release is to be called when the handshake is over. Errors
// are *DialError.
func (d *dialer) connect(ctx context.Context, u *handshake.URI) (nc net.Conn, release func(), err error) {
	p, err := d.proxy(u)
	if err != nil {
		return nil, nil, &DialError{Step: StepProxy, Err: err}
	}
	release = func() {}
	if d.o.OneAtATime {
		if p == nil && d.o.NetDial == nil {
			return d.connectInTurn(ctx, u)
		}
		// The address is not known here, so the name stands for it (section
		// 4.1, item 2).
		//req:impl RFC6455-4.1-08
		//req:impl RFC6455-4.1-09
		if release, err = slots.take(ctx, u.Host); err != nil {
			return nil, nil, &DialError{Step: StepConnect, Err: err}
		}
	}
	if p != nil {
		// A proxy is asked to connect to host and port (section 4.1, item 3).
		//req:impl RFC6455-4.1-10
		if nc, err = d.connectProxy(ctx, p, u); err != nil {
			err = &DialError{Step: StepProxy, Err: err}
		}
	} else {
		// Without one the connection is made directly.
		//req:impl RFC6455-4.1-11
		if nc, err = d.netDial(ctx, u.Address()); err != nil {
			err = connectError(err)
		}
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	return nc, release, nil
}

// connectInTurn is connect where no two connections to an IP address are to be
// opened at the same time. Addresses are tried one after the other.
//
//req:impl RFC6455-4.1-05
//req:impl RFC6455-4.1-06
//req:impl RFC6455-4.1-07
func (d *dialer) connectInTurn(ctx context.Context, u *handshake.URI) (net.Conn, func(), error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Host)
	if err != nil {
		return nil, nil, connectError(err)
	}
	var errs []error
	for i, a := range addrs {
		a = a.Unmap()
		release, err := slots.take(ctx, a.String())
		if err != nil {
			return nil, nil, &DialError{Step: StepConnect, Err: err}
		}
		nc, err := d.connectOne(ctx, netip.AddrPortFrom(a, u.Port), len(addrs)-i)
		if err == nil {
			return nc, release, nil
		}
		release()
		errs = append(errs, err)
	}
	return nil, nil, connectError(errors.Join(errs...))
}

// connectOne connects to one of several addresses, left of which are still to
// be tried: each gets its share of the time.
func (d *dialer) connectOne(ctx context.Context, a netip.AddrPort, left int) (net.Conn, error) {
	if t, ok := ctx.Deadline(); ok && left > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(t)/time.Duration(left))
		defer cancel()
	}
	return d.netDial(ctx, a.String())
}

// netDial makes a transport to addr.
func (d *dialer) netDial(ctx context.Context, addr string) (net.Conn, error) {
	dial := d.o.NetDial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	nc, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if nc == nil {
		return nil, errors.New("NetDial gave neither a connection nor an error")
	}
	return nc, nil
}
