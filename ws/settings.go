package ws

import (
	"slices"
	"unsafe"
)

// settingsOf gives settings that were made of the same Options before, for a
// connection of the same Group, or makes them. A server's connections mostly have
// the same, and each would have a copy of its own otherwise.
func settingsOf(o *Options) (*settings, error) {
	g := o.Group
	if g == nil {
		return makeSettings(o)
	}
	if s := g.settings.Load(); s != nil && sameOptions(&s.given, o) {
		return s, nil
	}
	s, err := makeSettings(o)
	if err == nil {
		s.given = *o
		s.given.Subprotocols, s.given.Origins = slices.Clone(o.Subprotocols), slices.Clone(o.Origins)
		if o.Compression != nil {
			copied := *o.Compression
			s.given.Compression = &copied
		}
		g.settings.Store(s)
	}
	return s, err
}

// sameOptions tells whether two Options say the same.
func sameOptions(a, b *Options) bool {
	return slices.Equal(a.Subprotocols, b.Subprotocols) &&
		slices.Equal(a.Origins, b.Origins) &&
		a.InsecureSkipOriginCheck == b.InsecureSkipOriginCheck &&
		a.MaxMessage == b.MaxMessage &&
		a.MaxFrame == b.MaxFrame &&
		a.MaxFragments == b.MaxFragments &&
		a.MaxControlRate == b.MaxControlRate &&
		a.InsecureSkipUTF8 == b.InsecureSkipUTF8 &&
		(a.Compression == nil) == (b.Compression == nil) &&
		(a.Compression == nil || *a.Compression == *b.Compression) &&
		a.HandshakeTimeout == b.HandshakeTimeout &&
		a.WriteTimeout == b.WriteTimeout &&
		a.CloseTimeout == b.CloseTimeout &&
		a.PingInterval == b.PingInterval &&
		a.PingTimeout == b.PingTimeout &&
		a.QueueMessages == b.QueueMessages &&
		a.QueueBytes == b.QueueBytes &&
		sameFunc(a.OnRequest, b.OnRequest) &&
		a.Group == b.Group &&
		a.Logger == b.Logger &&
		sameFunc(a.Hooks.Trace, b.Hooks.Trace) &&
		sameFunc(a.Hooks.Ping, b.Hooks.Ping) &&
		sameFunc(a.Hooks.Pong, b.Hooks.Pong) &&
		sameFunc(a.Hooks.End, b.Hooks.End)
}

// sameFunc tells whether two values are the same function with the same
// variables. A function is a pointer to those.
func sameFunc[F any](a, b F) bool {
	return *(*unsafe.Pointer)(unsafe.Pointer(&a)) == *(*unsafe.Pointer)(unsafe.Pointer(&b)) //nolint:gosec // F is a type of function
}
