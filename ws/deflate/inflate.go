package deflate

import "errors"

// errNotStarted is misuse by the caller.
var errNotStarted = errors.New("deflate: Inflate without a message: call Start first")

// Inflater turns the octets of a compressed message back into what was
// compressed (RFC 7692 section 7.2.2, RFC 1951). It is fed with octets as they
// come and stops wherever they or the room for its output end, so it can be
// driven by a reader as well as by an event loop, and what it writes at a time
// is bounded by the caller's buffer.
//
// It holds what decoding one message needs, and nothing between messages: with
// context takeover that is in a [Window]. So one Inflater may serve many
// connections in turn. The zero value is ready for Start. It is used by one
// goroutine at a time.
type Inflater struct {
	w     *Window // what distances reach that dst does not have; nil outside a message
	far   int     // the largest distance
	err   error   // sticky
	state state

	final      bool // the current block has BFINAL set
	afterFinal bool // nothing came yet behind a block with BFINAL set

	bits  uint64 // octets that were drawn and not used yet, the next bit lowest
	nbits uint   // how many bits of those
	drawn int64  // octets of src, those in bits included
	given int64  // octets written

	length   int // what is left of a stored block or a match
	distance int // of the match

	// How a dynamic block begins.
	literalCodes, bothCodes, codeLengthCodes int // how many there are: HLIT, both, HCLEN
	lengths                                  [maxDynamicLiterals + maxDynamicDistances]uint8
	known                                    int // how many of the lengths are known
	literalCount, distanceCount              lengthCount
	sorted                                   [maxLiteralCodes]uint16

	fixed                       bool // the tables are the fixed ones
	literalIndex, distanceIndex uint // sizes of the tables' indexes in bits
	literalTable                literalTable
	distanceTable               distanceTable // while a dynamic block begins, that of the code length code

	own Window // for messages without context takeover
}

// state is what the next bits are.
type state uint8

const (
	stateNone       state = iota // no message
	stateBlock                   // a block's header
	stateStoredSize              // LEN and NLEN
	stateStored                  // a stored block's octets
	stateCounts                  // HLIT, HDIST, HCLEN
	stateCodeLengthCode
	stateCodeLengths
	stateCodes // a literal, a length with its distance, or the end of the block
	stateMatch // no bits: a match that dst had no room for
)

// Start begins a message. w is the window to go on with: the message may refer
// to what it holds, and leaves it as the next message finds it (context
// takeover, RFC 7692 section 7.2.2). With w == nil the message begins with an
// empty window of 1<<bits octets that is the Inflater's own.
//
// A distance may be up to 1<<bits, or the size of w if that is less.
//
// Whatever came before, also a message that was not finished, is forgotten;
// a window that such a message had keeps what it got.
//
//req:impl RFC7692-7.2.2-01 RFC7692-7.2.2-02 RFC7692-7.2.2-03 RFC7692-7.2.2-04
//req:impl RFC7692-7.2.2-06 RFC7692-7.2.2-07 RFC7692-7.2.2-08 RFC7692-7.2.2-09
func (z *Inflater) Start(bits int, w *Window) {
	if w == nil {
		w = &z.own
		w.start(bits)
	}
	z.w, z.far = w, min(windowSize(bits), w.size)
	z.err, z.state = nil, stateBlock
	z.final, z.afterFinal = false, false
	z.bits, z.nbits, z.drawn, z.given = 0, 0, 0, 0
}

// InputOffset gives how many octets of the message were used so far. Octets that
// were taken from src but not decoded yet do not count.
func (z *Inflater) InputOffset() int64 { return z.drawn - int64(z.nbits>>3) }

// OutputOffset gives how many octets of the message were written so far.
func (z *Inflater) OutputOffset() int64 { return z.given }

// Inflate takes octets of the message from src and writes what they give to
// dst. It returns when dst is full, or when src is used up and everything that
// it gives is written; the latter is so iff written < len(dst). What it read
// needs not be given again, what it did not read is the beginning of the next
// src. However the message is cut and whatever room dst has, the octets written
// are the same, and so is the place among them at which an error is found.
//
// last says that the message ends with src; the 00 00 FF FF that its sender
// left out is not in it (RFC 7692 section 7.2.2). Then done tells that all of
// the message is written; without it dst was full.
//
// A message ends where an empty stored block would go on with 00 00 FF FF. It
// may also end right behind a block with BFINAL set, and may have no octets at
// all, which is an empty message (zlib gives that when it flushes twice).
//
// An error is an [*Error] with which the message is no good, or misuse: a call
// without Start, or after the end of the message. A call that fails gives in
// written what came before the error. The Inflater must then be started anew.
//
// Octets of dst behind those written may be overwritten too. dst and src must
// not overlap.
//
//req:impl RFC7692-6.2-01 RFC7692-7.2.2-11
func (z *Inflater) Inflate(dst, src []byte, last bool) (written, read int, done bool, err error) {
	if z.err != nil {
		return 0, 0, false, z.err
	}
	c := call{src: src, dst: dst, bits: z.bits, nbits: z.nbits}
	o := z.run(&c)
	z.keep(&c, o)
	if last && o == starved {
		if done = z.complete(); !done {
			z.err = ErrUnfinishedBlock
		}
	}
	switch {
	case done:
		if z.w != &z.own {
			z.w.Add(dst[:c.out])
		}
		z.w, z.state = nil, stateNone
	case z.err != nil:
		z.w = nil
	default:
		z.w.Add(dst[:c.out])
	}
	return c.out, c.pos, done, z.err
}

// outcome is how a step ends.
type outcome uint8

const (
	onward     outcome = iota // the next step may follow
	starved                   // it needs more than src has
	full                      // it needs more room than dst has
	failed                    // z.err is set
	endOfCodes                // the block has ended
)

// run takes steps until one can't be finished.
func (z *Inflater) run(c *call) outcome {
	for {
		if o := z.step(c); o != onward {
			return o
		}
	}
}

// step does what the state says. A block that gives nothing takes five steps at
// most and ten bits at least, so what src costs is in proportion to its length.
func (z *Inflater) step(c *call) outcome {
	switch z.state {
	case stateBlock:
		return z.block(c)
	case stateStoredSize:
		return z.storedSize(c)
	case stateStored:
		return z.stored(c)
	case stateCounts:
		return z.counts(c)
	case stateCodeLengthCode:
		return z.codeLengthCode(c)
	case stateCodeLengths:
		return z.codeLengths(c)
	case stateCodes:
		return z.codes(c)
	case stateMatch:
		return z.match(c)
	default: // stateNone
		return z.fail(errNotStarted)
	}
}

func (z *Inflater) fail(err error) outcome {
	z.err = err
	return failed
}

// keep saves what c has left for the next call. Whole octets that are not used
// go back to src, unless they were drawn by a call before this one; when src is
// used up they all stay, so that the caller need not keep them.
func (z *Inflater) keep(c *call, o outcome) {
	if o != starved {
		back := min(int(c.nbits>>3), c.pos)
		c.pos -= back
		c.nbits -= uint(back) * 8
	}
	z.bits, z.nbits = c.bits&(1<<c.nbits-1), c.nbits
	z.drawn += int64(c.pos)
	z.given += int64(c.out)
}

// complete reports whether the message may end here.
func (z *Inflater) complete() bool {
	if z.nbits > 0 {
		return false
	}
	switch z.state {
	case stateStoredSize:
		return true
	case stateBlock:
		//req:impl RFC7692-7.2.1-03
		// A final block is a whole DEFLATE stream (RFC 1951 section 3.2.3), so
		// a message that ends with one lacks nothing.
		return z.afterFinal || z.drawn == 0
	default:
		return false
	}
}
