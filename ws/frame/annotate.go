package frame

// Side says which endpoint sent the octets of an [Annotator].
type Side uint8

// The zero value is for octets of which it is not known.
const (
	SideUnknown Side = iota
	SideClient
	SideServer
)

// defaultShown is what MaxPayload is when it is 0.
const defaultShown = 128

// Annotator takes the raw octets of one direction apart into frames that are
// meant to be shown. It follows the frames of a hostile peer as well as it can
// and names the violations that this direction alone shows; it is no receiver
// and enforces no limit. Time is linear in the octets, and memory is bounded by
// MaxPayload, whatever length a header declares. The zero value is ready.
type Annotator struct {
	// From is the side that sends. With SideUnknown a frame may be masked or
	// not.
	From Side
	// Deflate allows RSV1 on the first frame of a message: permessage-deflate
	// was agreed on. Without an Inflater, text is not checked in such a message.
	Deflate bool
	// Inflater, if not nil, inflates compressed messages, so that it can be
	// shown what they mean. Time is then linear in the octets inflated too.
	Inflater Inflater
	// MaxPayload is how many octets of each payload are kept, in octets. Zero
	// means 128, negative means none. The payload of a control frame is always
	// kept up to MaxControlPayload.
	MaxPayload int

	offset  int64  // octets of the stream before this frame
	skipped int64  // octets after the frame whose length could not be read
	seen    int64  // octets of the payload that came
	shown   []byte // the first of them, as on the wire
	header  Header
	key     Key   // for the next octet of the payload
	badText int64 // payload octet that text can't have here, or -1
	err     *Error
	head    [MaxHeader]byte
	n       uint8 // octets in head
	payload bool  // the header is complete
	checked bool  // the payload is text that can be read: not compressed
	lost    bool  // after an unreadable length: frame boundaries are unknown

	text       UTF8 // of the message, over its fragments
	open       bool // in a fragmented message
	isText     bool // the message last begun is text that can be read
	compressed bool // the message last begun is compressed
	inflation  inflation
}

// Annotation is one frame, taken apart to be shown. Its slices are the
// caller's.
type Annotation struct {
	// Header is the header as far as it was read; see [Parse].
	Header Header
	// Fields has the fields in the order of the wire.
	Fields []Field
	// Payload is the beginning of the payload, unmasked; see
	// [Annotator].MaxPayload.
	Payload []byte
	// Received is how many octets of payload came, kept or not.
	Received int64
	// Compressed tells that the frame is of a compressed message, whether or
	// not it is the first one, which has RSV1.
	Compressed bool
	// Inflates tells that the payload was inflated; see [Annotator].Inflater.
	// Inflated is the beginning of what it gave, as much as of a payload, and
	// InflatedLength how many octets that is. What an octet gives may come with
	// a later frame of the message.
	Inflates       bool
	Inflated       []byte
	InflatedLength int64
	// Offset is how many octets of the stream came before this frame.
	Offset int64
	// Partial is set by [Annotator.Flush]: octets of the frame are missing.
	Partial bool
	// Err is the first violation in this frame, an *Error, or nil.
	Err error
	// Detail says more about Err, if there is more to say: "octet 3 of the
	// payload is impossible there".
	Detail string

	whole bool // the header is complete
}

// Next takes octets from the beginning of b and gives the number that it took.
// ok tells that they complete a frame, or show its length to be unreadable; b
// may hold more frames then. Otherwise all of b was taken. After a frame with
// ErrLengthNotMinimal or ErrLengthTopBit the octets that follow can't be told
// apart, so they are counted and dropped.
func (a *Annotator) Next(b []byte) (an Annotation, n int, ok bool) {
	if a.lost {
		a.skipped += int64(len(b))
		return Annotation{}, len(b), false
	}
	for !a.payload {
		if n == len(b) {
			return Annotation{}, n, false
		}
		a.head[a.n] = b[n]
		a.n++
		n++
		// One octet at a time: what is shown does not depend on how the stream
		// was cut into pieces.
		h, size, err := Parse(a.head[:a.n])
		a.header = h
		switch {
		case err != nil:
			a.begin()
			if a.err == nil {
				a.err, _ = err.(*Error) //nolint:errorlint // Parse gives the variables themselves
			}
			an = a.annotation()
			a.lost = true
			return an, n, true
		case size > 0:
			a.begin()
			a.payload = true
		}
	}
	// The difference is compared as int64: a declared length need not fit int.
	if rest := a.header.Length - a.seen; int64(len(b)-n) > rest {
		b = b[:n+int(rest)]
	}
	a.take(b[n:])
	n = len(b)
	if a.seen < a.header.Length {
		return Annotation{}, n, false
	}
	a.end()
	an = a.annotation()
	a.reset()
	return an, n, true
}

// Flush gives the frame that is not complete, if there is one, as far as it
// came. It is for the end of a stream: the Annotator starts anew, and wants
// another Inflater then.
func (a *Annotator) Flush() (an Annotation, ok bool) {
	if ok = a.n > 0 && !a.lost; ok {
		if !a.payload && a.n >= 2 {
			a.begin()
		}
		an = a.annotation()
		an.Partial = true
	}
	*a = Annotator{From: a.From, Deflate: a.Deflate, Inflater: a.Inflater, MaxPayload: a.MaxPayload}
	return an, ok
}

// begin looks at a header.
func (a *Annotator) begin() {
	h := a.header
	a.key, a.badText = h.Key, -1
	a.err = a.check()
	op := h.Opcode()
	if op == OpText || op == OpBinary {
		a.isText = op == OpText && !h.RSV1()
		a.text.Reset()
	}
	a.checked = a.isText && (op == OpText || op == OpContinuation && a.open)
	a.beginInflating()
}

// check gives the first violation that the header shows, in the order of its
// octets.
func (a *Annotator) check() *Error {
	h, op := a.header, a.header.Opcode()
	allowed := byte(0)
	if a.Deflate && (op == OpText || op == OpBinary) {
		allowed = bitRSV1
	}
	switch {
	case h.RSV()&^allowed != 0:
		return ErrReservedBits
	case op.Reserved():
		return ErrReservedOpcode
	case op.Control() && !h.Fin():
		return ErrControlFragmented
	case op == OpContinuation && !a.open:
		return ErrContinuation
	case !op.Control() && op != OpContinuation && a.open:
		return ErrInterleaved
	case a.From == SideClient && !h.Masked():
		return ErrUnmasked
	case a.From == SideServer && h.Masked():
		return ErrMasked
	case op.Control() && h.Length > MaxControlPayload:
		return ErrControlTooLong
	}
	return nil
}

// take takes octets of the payload.
func (a *Annotator) take(p []byte) {
	if room := a.limit() - len(a.shown); room > 0 {
		a.shown = append(a.shown, p[:min(room, len(p))]...)
	}
	if !a.checked {
		a.seen += int64(len(p))
		if a.inflation.on {
			a.inflate(p)
		}
		return
	}
	var plain [512]byte
	for len(p) > 0 {
		n := min(len(p), len(plain))
		a.key = a.key.XORCopy(plain[:n], p[:n])
		if i := a.text.CheckAt(plain[:n]); i >= 0 && a.err == nil {
			a.err, a.badText = ErrInvalidUTF8, a.seen+int64(i)
		}
		a.seen += int64(n)
		p = p[n:]
	}
}

// limit is how many octets of this payload are kept.
func (a *Annotator) limit() int {
	n := a.MaxPayload
	if n == 0 {
		n = defaultShown
	}
	if a.header.Opcode().Control() {
		n = max(n, MaxControlPayload)
	}
	return n
}

// end looks at a complete frame.
func (a *Annotator) end() {
	h, op := a.header, a.header.Opcode()
	if op.Control() {
		if op == OpClose && a.err == nil {
			_, _, err := ParseClose(a.plain())
			a.err, _ = err.(*Error) //nolint:errorlint // ParseClose gives the variables themselves
		}
		return
	}
	switch {
	case !h.Fin():
	case a.inflation.on:
		a.endInflating()
	case a.checked && !a.text.Complete() && a.err == nil:
		a.err = ErrInvalidUTF8
	}
	a.open = !h.Fin() && (a.open || op != OpContinuation)
}

// reset goes on to the next frame.
func (a *Annotator) reset() {
	a.offset += int64(a.n) + a.seen
	a.n, a.payload, a.seen, a.shown = 0, false, 0, nil
	a.inflation.octets, a.inflation.shown = 0, nil
}

// plain is what is kept of the payload, unmasked.
func (a *Annotator) plain() []byte {
	if !a.header.Masked() {
		return a.shown
	}
	p := make([]byte, len(a.shown))
	a.header.Key.XORCopy(p, a.shown)
	return p
}
