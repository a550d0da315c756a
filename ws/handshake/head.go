package handshake

import (
	"iter"
	"strings"
)

// Limits are the caps on a head. Zero means the default; a cap can't be
// switched off.
type Limits struct {
	Line   int // octets of the request or status line; default DefaultLine
	Fields int // field lines; default DefaultFields
	Octets int // octets of the head in all; default DefaultOctets
}

// The defaults of Limits.
const (
	DefaultLine   = 8 << 10
	DefaultFields = 100
	DefaultOctets = 16 << 10
)

func (l Limits) orDefault() Limits {
	if l.Line <= 0 {
		l.Line = DefaultLine
	}
	if l.Fields <= 0 {
		l.Fields = DefaultFields
	}
	if l.Octets <= 0 {
		l.Octets = DefaultOctets
	}
	return l
}

// Head is the head of an HTTP/1.1 request or response: its first line and its
// fields in their order. ParseRequest and ParseResponse fill it. The zero
// value is ready for use. A complete Head holds its own copy of the text: it
// keeps no reference to what was parsed.
type Head struct {
	Limits Limits // read by the parser; set it before the first call

	Method string // of a request
	Target string // of a request, as it was sent
	Status int    // of a response: 100 to 999
	Reason string // of a response; may be empty, may hold octets over 0x7f
	Major  int    // of the HTTP version, always 1
	Minor  int

	text   string // of a complete head
	fields int    // where the first field line begins in text
	lines  int    // field lines

	// single has the values of the known fields that occur once.
	single [fieldIDs]string

	reader
}

// Len is the number of field lines.
func (h *Head) Len() int {
	if h.text == "" {
		return 0
	}
	return h.lines
}

// Text is the head as it was received, to the end of the empty line. It is
// empty until the head is complete.
func (h *Head) Text() string { return h.text }

// All gives the name and value of every field line in order, names as they
// were sent.
func (h *Head) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if h.text == "" {
			return
		}
		rest := h.text[h.fields:]
		for range h.lines {
			var line string
			line, rest, _ = strings.Cut(rest, "\r\n")
			name, value, _ := strings.Cut(line, ":")
			if !yield(name, trim(value)) {
				return
			}
		}
	}
}

// Values gives the values of all fields called name, in order; case does not
// matter. The slice may be part of h and is to be read only.
func (h *Head) Values(name string) []string {
	for id := fieldOther + 1; id < fieldIDs; id++ {
		if equalFold(fieldNames[id], name) {
			return h.known(id)
		}
	}
	return h.search(name)
}

// known is Values for a field of which there is an id.
func (h *Head) known(id fieldID) []string {
	switch {
	case h.text == "" || h.seen[id].count == 0:
		return nil
	case h.seen[id].count == 1:
		return h.single[id : id+1 : id+1]
	}
	return h.search(fieldNames[id])
}

// search goes through the fields. Of those that no handshake looks for, few
// are ever asked for.
func (h *Head) search(name string) []string {
	var list []string
	for n, value := range h.All() {
		if equalFold(n, name) {
			list = append(list, value)
		}
	}
	return list
}

// Interim reports whether h is a response that another one follows: a status
// of 100 to 199 except 101. The next ParseResponse, given what came after it,
// reads that one into the same Head.
func (h *Head) Interim() bool {
	return h.Status >= 100 && h.Status < 200 && h.Status != 101
}

// Reset makes h ready for another head. Limits are kept.
func (h *Head) Reset() { *h = Head{Limits: h.Limits} }

func (h *Head) atLeast11() bool { return atLeast11(h.Major, h.Minor) }

func atLeast11(major, minor int) bool { return major > 1 || major == 1 && minor >= 1 }
