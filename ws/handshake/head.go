package handshake

import "iter"

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

	// Side by side, so that Values can give a field that occurs once as a
	// piece of values.
	names, values []string

	reader
}

// Len is the number of field lines.
func (h *Head) Len() int { return len(h.values) }

// All gives the name and value of every field line in order, names as they
// were sent.
func (h *Head) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for i, name := range h.names {
			if !yield(name, h.values[i]) {
				return
			}
		}
	}
}

// Values gives the values of all fields called name, in order; case does not
// matter. The slice may be part of h and is to be read only.
func (h *Head) Values(name string) []string {
	first, n := -1, 0
	for i, s := range h.names {
		if equalFold(s, name) {
			if first < 0 {
				first = i
			}
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return h.values[first : first+1 : first+1]
	}
	list := make([]string, 0, n)
	for i, s := range h.names[first:] {
		if equalFold(s, name) {
			list = append(list, h.values[first+i])
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

// Reset makes h ready for another head. Limits and memory are kept.
func (h *Head) Reset() {
	clear(h.names)
	clear(h.values)
	*h = Head{
		Limits: h.Limits,
		names:  h.names[:0],
		values: h.values[:0],
		reader: reader{spans: h.spans[:0]},
	}
}

func (h *Head) atLeast11() bool { return atLeast11(h.Major, h.Minor) }

func atLeast11(major, minor int) bool { return major > 1 || major == 1 && minor >= 1 }
