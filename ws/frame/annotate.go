package frame

// Field is one field of a frame as it is shown.
type Field struct {
	Octets  []byte // on the wire; several fields may share an octet
	Plain   []byte // the same octets unmasked; nil where nothing is masked
	Bits    string // the bits of the octet that are meant, "1... ...."; empty: all of Octets
	Name    string // "opcode"
	Value   string // "1 text"
	Section string // "5.2"
}

// Annotation is one frame, taken apart to be shown.
type Annotation struct {
	Header   Header  // as far as it was read
	Fields   []Field // in wire order
	Payload  []byte  // unmasked; only the beginning of a long one
	Received int64   // octets of payload that were seen, shown or not
	Offset   int64   // octets of the stream before this frame
	Partial  bool    // the frame was not complete: from Flush
	Err      error   // an *Error, or nil: the violation that this direction alone shows
}

// Annotator takes the octets of one direction apart, frame by frame.
type Annotator struct {
	MaxPayload int // octets of each payload to keep
}

// Next takes octets.
func (a *Annotator) Next(b []byte) (Annotation, int, bool) {
	return Annotation{}, len(b), false
}

// Append appends the annotated hex dump.
func (a Annotation) Append(dst []byte) []byte { return dst }

// Dump annotates all frames of b.
func Dump(b []byte) string { return "" }
