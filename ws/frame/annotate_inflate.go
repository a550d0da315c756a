package frame

import (
	"errors"
	"strconv"
)

// Inflater is what an [Annotator] needs to show what compressed messages mean
// (RFC 7692 section 7.2.2). It is that of one direction, with the window that
// was agreed on, and sees every compressed message of it. This package stands
// on no other: deflate.Inflater of ws/deflate does the work.
type Inflater interface {
	// Start begins a message.
	Start()
	// Inflate takes octets of the message from src, unmasked, and writes what
	// they give to dst. It returns when dst is full, or when src is used up and
	// all that it gives is written: then written < len(dst). With last the
	// message ends with src, and done tells that all of it is written. An error
	// that is an *Error is shown as it is, any other as ErrInflate with its
	// text; nothing of the direction is inflated after it.
	Inflate(dst, src []byte, last bool) (written, read int, done bool, err error)
}

// inflation is what an Annotator knows of compressed messages.
type inflation struct {
	compressed bool // this frame is of a compressed message
	on         bool // and that is inflated
	message    bool // the message last begun is inflated
	failed     bool // nothing more is inflated
	isText     bool // what comes out is text
	why        string

	octets  int64  // that the payload of this frame has given
	shown   []byte // the first of them
	badText int64  // the one of them that text can't have here, or -1
	scratch *inflateScratch
}

type inflateScratch struct{ src, dst [512]byte }

// beginInflating looks at the header of a frame.
func (a *Annotator) beginInflating() {
	z, h, op := &a.inflation, a.header, a.header.Opcode()
	first := op == OpText || op == OpBinary
	if first {
		a.compressed = a.Deflate && h.RSV1()
		z.message = a.compressed && a.Inflater != nil && !z.failed
		z.isText = op == OpText
	}
	ofMessage := first || op == OpContinuation && a.open
	z.compressed, z.on = a.compressed && ofMessage, z.message && ofMessage
	z.badText = -1
	if !z.on {
		return
	}
	if z.scratch == nil {
		z.scratch = new(inflateScratch)
	}
	if first {
		a.Inflater.Start()
	}
}

// inflate takes octets of the payload, masked as they are.
func (a *Annotator) inflate(p []byte) {
	s := a.inflation.scratch
	for len(p) > 0 {
		n := min(len(p), len(s.src))
		a.key = a.key.XORCopy(s.src[:n], p[:n])
		a.inflatePlain(s.src[:n], false)
		p = p[n:]
	}
}

// endInflating is for the end of a message.
func (a *Annotator) endInflating() {
	a.inflatePlain(nil, true)
	if z := &a.inflation; z.isText && !z.failed && !a.text.Complete() && a.err == nil {
		a.err = ErrInvalidUTF8
	}
}

func (a *Annotator) inflatePlain(src []byte, last bool) {
	z := &a.inflation
	for !z.failed {
		dst := z.scratch.dst[:]
		written, read, done, err := a.Inflater.Inflate(dst, src, last)
		src = src[read:]
		a.inflated(dst[:written])
		switch {
		case err != nil:
			z.failed, z.message = true, false
			if a.err == nil && !errors.As(err, &a.err) {
				a.err, z.why = ErrInflate, err.Error()
			}
		case done || written < len(dst):
			return
		}
	}
}

// inflated takes octets that a message was inflated to.
func (a *Annotator) inflated(p []byte) {
	z := &a.inflation
	if room := a.limit() - len(z.shown); room > 0 {
		z.shown = append(z.shown, p[:min(room, len(p))]...)
	}
	if z.isText && a.err == nil {
		if i := a.text.CheckAt(p); i >= 0 {
			a.err, z.badText = ErrInvalidUTF8, z.octets+int64(i)
		}
	}
	z.octets += int64(len(p))
}

// detail says more about a violation that inflating has shown, if it has.
func (z *inflation) detail(err *Error) string {
	switch {
	case err == ErrInflate:
		return z.why
	case err == ErrInvalidUTF8 && z.badText >= 0:
		return "octet " + strconv.FormatInt(z.badText, 10) + " of what the payload inflates to is impossible there"
	}
	return ""
}

// appendInflated appends what the payload of a compressed frame inflates to.
func (a Annotation) appendInflated(dst []byte) []byte {
	if !a.Inflates {
		return dst
	}
	dst = appendLine(dst, -1, nil, "", "", "inflates to "+count(a.InflatedLength, "octet")+" (RFC 7692 section 7.2.2)")
	next := 0
	for i := 0; i < len(a.Inflated); i += rowOctets {
		end := min(i+rowOctets, len(a.Inflated))
		var chars []byte
		chars, next = appendChars(nil, a.Inflated, max(next, i), end)
		dst = appendLine(dst, -1, nil, hexOf(a.Inflated[i:end]), "", "inflated |"+string(chars)+"|")
	}
	if more := a.InflatedLength - int64(len(a.Inflated)); more > 0 {
		dst = appendLine(dst, -1, nil, "", "", count(more, "more octet")+" inflated not shown")
	}
	return dst
}
