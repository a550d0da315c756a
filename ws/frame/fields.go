package frame

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
)

// Field is one field of a frame, to be shown.
type Field struct {
	// Octets are the octets of the field on the wire. Fields that share an
	// octet all have it.
	Octets []byte
	// Plain has the same octets unmasked. It is nil where nothing is masked.
	Plain []byte
	// Bits shows which bits of the octet are meant: "1... ....". It is empty
	// when the field is made of whole octets.
	Bits string
	// Name is the name of the field in section 5.2, "payload length".
	Name string
	// Value is the value in words: "5", "1 text".
	Value string
	// Section is the section of RFC 6455 that describes it: "5.2".
	Section string

	rows bool // shown as characters, on as many lines as it takes
}

// annotation is what is known of the current frame.
func (a *Annotator) annotation() Annotation {
	an := Annotation{
		Header:   a.header,
		Payload:  a.plain(),
		Received: a.seen,
		Offset:   a.offset,
		whole:    a.payload,
	}
	an.Fields = a.payloadFields(a.headerFields(), an.Payload)
	if a.n < 2 {
		return an
	}
	z := &a.inflation
	an.Compressed = z.compressed
	if z.on {
		an.Inflates, an.Inflated, an.InflatedLength = true, z.shown, z.octets
	}
	if a.err != nil {
		an.Err = a.err
	}
	an.Detail = z.detail(a.err)
	switch {
	case a.err != ErrInvalidUTF8 || an.Detail != "":
	case a.badText >= 0:
		an.Detail = "octet " + strconv.FormatInt(a.badText, 10) + " of the payload is impossible there"
	default:
		an.Detail = "the message ends inside a code point"
	}
	return an
}

// headerFields are the fields of the header as far as it came.
func (a *Annotator) headerFields() []Field {
	head := slices.Clone(a.head[:a.n])
	if len(head) == 0 {
		return nil
	}
	//req:impl RFC6455-5.2-08
	// Section 5.2: the layout is that of the figure: four single bits, four of
	// opcode, one of MASK and seven of length.
	h, o := a.header, head[:1]
	if len(head) == 1 {
		// Parse says nothing of one octet.
		h.b0 = head[0]
	}
	fields := []Field{
		bitField(o, bitFin, "FIN", finValue(h.Fin())),
		bitField(o, bitsRSV, "RSV1-3", a.rsvValue(h)),
		bitField(o, bitsOp, "opcode", opcodeValue(h.Opcode())),
	}
	if len(head) == 1 {
		return fields
	}
	o = head[1:2]
	short := int(head[1] & bitsLen)
	value := strconv.Itoa(short)
	size := 0
	switch short {
	case length16:
		value, size = "126: 16 bits follow", 2
	case length64:
		value, size = "127: 64 bits follow", 8
	}
	fields = append(fields,
		bitField(o, bitMask, "MASK", maskValue(h.Masked())),
		bitField(o, bitsLen, "payload length", value),
	)
	head = head[2:]
	if n := min(size, len(head)); n > 0 {
		fields = append(fields, Field{
			Octets: head[:n], Name: "extended payload length", Value: lengthValue(head[:n], size), Section: "5.2",
		})
		head = head[n:]
	}
	if len(head) > 0 {
		fields = append(fields, Field{
			Octets: head, Name: "masking key", Value: hex.EncodeToString(head), Section: "5.3",
		})
	}
	return fields
}

// bitField is the field that the bits of mask make in octet o.
func bitField(o []byte, mask byte, name, value string) Field {
	picture := make([]byte, 0, 9)
	for bit := byte(0x80); bit != 0; bit >>= 1 {
		if bit == 0x08 {
			picture = append(picture, ' ')
		}
		switch {
		case mask&bit == 0:
			picture = append(picture, '.')
		case o[0]&bit == 0:
			picture = append(picture, '0')
		default:
			picture = append(picture, '1')
		}
	}
	return Field{Octets: o, Bits: string(picture), Name: name, Value: value, Section: "5.2"}
}

func finValue(fin bool) string {
	if fin {
		return "1 final fragment"
	}
	return "0 more fragments follow"
}

func (a *Annotator) rsvValue(h Header) string {
	v := []byte("000")
	for i, set := range []bool{h.RSV1(), h.RSV2(), h.RSV3()} {
		if set {
			v[i] = '1'
		}
	}
	if op := h.Opcode(); a.Deflate && h.RSV() == bitRSV1 && (op == OpText || op == OpBinary) {
		return "100 compressed (RFC 7692 section 6)"
	}
	return string(v)
}

func opcodeValue(o Opcode) string {
	if o.Reserved() {
		return strconv.Itoa(int(o)) + " reserved"
	}
	return strconv.Itoa(int(o)) + " " + o.String()
}

func maskValue(masked bool) string {
	if masked {
		return "1 masked"
	}
	return "0 not masked"
}

// lengthValue is the value of an extended length of size octets, of which b
// have come.
func lengthValue(b []byte, size int) string {
	var whole [8]byte
	copy(whole[8-size:], b)
	v := binary.BigEndian.Uint64(whole[:])
	value := strconv.FormatUint(v, 10)
	switch {
	case size == 8 && b[0]&0x80 != 0:
		return "the top bit is set"
	case size == 2 && len(b) == 2 && v <= maxShort:
		return value + " would fit 7 bits"
	case size == 8 && len(b) >= 6 && v <= max16:
		return "would fit 16 bits"
	case len(b) < size:
		return "incomplete"
	}
	return value
}

// payloadFields adds the fields of the payload to fields.
func (a *Annotator) payloadFields(fields []Field, plain []byte) []Field {
	if len(a.shown) == 0 {
		return fields
	}
	add := func(from, to int, name, value, section string) {
		f := Field{Octets: a.shown[from:to], Name: name, Value: value, Section: section, rows: name != "close code"}
		if a.header.Masked() {
			f.Plain = plain[from:to]
		}
		fields = append(fields, f)
	}
	value := strconv.FormatInt(a.seen, 10) + " octets"
	if a.seen == 1 {
		value = "1 octet"
	}
	quoted := strconv.Quote(string(plain))
	switch a.header.Opcode() {
	case OpText, OpContinuation:
		section := "5.6"
		if a.header.Opcode() == OpContinuation {
			section = "5.4"
		}
		if a.checked {
			value = quoted
		}
		add(0, len(plain), "payload", value, section)
	case OpClose:
		n := min(2, len(plain))
		code := "incomplete"
		if n == 2 {
			code = CloseCode(binary.BigEndian.Uint16(plain)).String()
		}
		add(0, n, "close code", code, "7.4")
		if len(plain) > n {
			add(n, len(plain), "close reason", strconv.Quote(string(plain[n:])), "7.1.6")
		}
	case OpPing:
		add(0, len(plain), "payload", quoted, "5.5.2")
	case OpPong:
		add(0, len(plain), "payload", quoted, "5.5.3")
	default:
		add(0, len(plain), "payload", value, "5.6")
	}
	return fields
}
