package handshake

import (
	"bytes"
	"strconv"
)

// ParseRequest reads the head of a request from b, which holds every octet
// received so far. It returns the number of octets that belong to the head;
// what follows them in b is frames already. n == 0 and err == nil: more octets
// are needed; call again with the same octets and more behind them. A call
// goes on where the last one stopped, so the time for a head is linear however
// small its pieces are, and an octet that no head can have fails the call that
// sees it.
//
// Errors are *Error with the status to answer with: ErrHead, ErrTarget and
// ErrHost (400), ErrLineTooLong (414), ErrHeadTooBig and ErrFieldCount (431)
// and ErrHTTP (505). An error stays until Reset; after success the next call
// begins a new head.
//
// It accepts a part of RFC 9112: CR LF ends each line, one space stands
// between the parts of the first line, nothing between a field name and its
// colon, no line continues another, the target is a path or an http or https
// URI ("*" for OPTIONS), and there is no Transfer-Encoding, since no handshake
// has a body.
func ParseRequest(b []byte, h *Head) (n int, err error) { return h.parse(b, true) }

// ParseResponse reads the head of a response from b as ParseRequest reads that
// of a request. Its errors have Status 0; the Reason may be missing together
// with the space before it. See Head.Interim for responses that come before
// the one that counts.
func ParseResponse(b []byte, h *Head) (n int, err error) { return h.parse(b, false) }

// reader is the state of a Head that is not complete.
type reader struct {
	seen   [fieldIDs]seen
	target span
	reason span
	here   authority // of the Host field
	start  int       // where the line begins that is being read
	next   int       // first octet not yet looked at
	first  bool      // the first line was read
	done   bool      // the head is complete
	err    error     // sticky
	work   int       // octets looked at, for the test that time is linear
}

// span is where something stands in the head.
type span struct{ from, to int }

func (s span) of(text string) string { return text[s.from:s.to] }

// seen is how often a field occurs, and where the value of the last one is.
type seen struct {
	count int
	value span
}

func (h *Head) parse(b []byte, request bool) (int, error) {
	if h.done {
		h.Reset()
	}
	if h.err != nil {
		return 0, h.err
	}
	n, err := h.read(b, request)
	if err != nil {
		if !request {
			err = err.withStatus(0)
		}
		h.text, h.err = "", err
		return 0, err
	}
	return n, nil
}

// read goes through the octets one by one in their order, limits included, so
// that the result does not depend on how they were cut.
func (h *Head) read(b []byte, request bool) (int, *Error) {
	limits := h.Limits.orDefault()
	for i := h.next; ; i++ {
		stop := min(len(b), limits.Octets)
		if !h.first {
			stop = min(stop, h.start+limits.Line)
		}
		from := i
		if i < stop {
			i += firstControl(b[i:stop])
		}
		h.work += min(i+1, len(b)) - from
		switch {
		case i >= limits.Octets || i == limits.Octets-1 && i < len(b) && b[i] == '\r':
			return 0, ErrHeadTooBig
		case i == len(b):
			h.next = i
			return 0, nil
		case b[i] == '\r':
		case !h.first && i == h.start+limits.Line:
			return 0, ErrLineTooLong
		case b[i] == '\n':
			return 0, ErrHead.because("LF without CR")
		default:
			return 0, ErrHead.because("control character 0x", strconv.FormatUint(uint64(b[i]), 16))
		}
		if i+1 == len(b) {
			h.next = i
			return 0, nil
		}
		if b[i+1] != '\n' {
			return 0, ErrHead.because("CR without LF")
		}
		if i == h.start && h.first {
			return h.finish(b[:i+2], request)
		}
		if err := h.line(b, i, request, limits); err != nil {
			return 0, err
		}
		i++
		h.start = i + 1
		if !h.first {
			h.first, h.fields = true, h.start
		}
	}
}

// line reads the line from h.start to end.
func (h *Head) line(b []byte, end int, request bool, limits Limits) *Error {
	line := b[h.start:end]
	h.work += len(line)
	switch {
	case h.first:
		if h.lines == limits.Fields {
			return ErrFieldCount
		}
		h.lines++
		return h.field(line)
	case request:
		return h.requestLine(line)
	default:
		return h.statusLine(line)
	}
}

func (h *Head) field(line []byte) *Error {
	colon := tokenLength(line)
	if colon == 0 || colon == len(line) || line[colon] != ':' {
		return notAField(line)
	}
	id := identify(line[:colon])
	if id == fieldOther {
		return nil
	}
	v, end := colon+1, len(line)
	for v < end && (line[v] == ' ' || line[v] == '\t') {
		v++
	}
	for v < end && (line[end-1] == ' ' || line[end-1] == '\t') {
		end--
	}
	h.seen[id] = seen{h.seen[id].count + 1, span{h.start + v, h.start + end}}
	return nil
}

// notAField says what is wrong with a line that does not begin with a token
// and a colon.
func notAField(line []byte) *Error {
	if line[0] == ' ' || line[0] == '\t' {
		return ErrHead.because("line folding")
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return ErrHead.because("field without a colon")
	}
	return ErrHead.because("field name ", quote(string(line[:min(colon, maxQuoted+1)])), " is not a token")
}

func (h *Head) requestLine(line []byte) *Error {
	method, rest, _ := bytes.Cut(line, []byte(" "))
	target, version, ok := bytes.Cut(rest, []byte(" "))
	if !ok || !only(method, classToken) {
		return ErrHead.because("not a request line")
	}
	if err := h.version(version); err != nil {
		return err
	}
	if h.Method = "GET"; string(method) != "GET" {
		h.Method = string(method)
	}
	from := h.start + len(method) + 1
	h.target = span{from, from + len(target)}
	if !validTarget(h.Method, target) {
		return ErrTarget
	}
	return nil
}

func (h *Head) statusLine(line []byte) *Error {
	version, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(rest) < 3 || len(rest) > 3 && rest[3] != ' ' {
		return ErrHead.because("not a status line")
	}
	if err := h.version(version); err != nil {
		return err
	}
	for _, c := range rest[:3] {
		if !isDigit(c) {
			return ErrHead.because("status is not a number")
		}
		h.Status = h.Status*10 + int(c-'0')
	}
	if h.Status < 100 {
		return ErrHead.because("status under 100")
	}
	if len(rest) > 4 {
		end := h.start + len(line)
		h.reason = span{end - len(rest) + 4, end}
	}
	return nil
}

// version reads HTTP/1.x. A head in text form is HTTP/1 and nothing else.
func (h *Head) version(v []byte) *Error {
	if len(v) != 8 || string(v[:5]) != "HTTP/" || !isDigit(v[5]) || v[6] != '.' || !isDigit(v[7]) {
		return ErrHead.because("not an HTTP version")
	}
	h.Major, h.Minor = int(v[5]-'0'), int(v[7]-'0')
	if h.Major != 1 {
		return ErrHTTP
	}
	return nil
}

// finish takes a copy of the text, cuts it into its parts and checks what
// concerns the head as a whole.
func (h *Head) finish(b []byte, request bool) (int, *Error) {
	h.text = string(b)
	h.Target, h.Reason = h.target.of(h.text), h.reason.of(h.text)
	for id := fieldOther + 1; id < fieldIDs; id++ {
		if h.seen[id].count == 1 {
			h.single[id] = h.seen[id].value.of(h.text)
		}
	}
	if request {
		if err := h.checkRequest(); err != nil {
			return 0, err
		}
	}
	h.done = true
	return len(b), nil
}

// checkRequest refuses what two readers of one request could understand in two
// ways: where it is for, and where it ends.
func (h *Head) checkRequest() *Error {
	switch hosts := h.known(fieldHost); {
	case len(hosts) > 1:
		return ErrHost.because("more than one")
	case len(hosts) == 0 && h.atLeast11():
		return ErrHost.because("missing")
	case len(hosts) == 1:
		var ok bool
		if h.here, ok = parseAuthority(hosts[0]); !ok {
			return ErrHost.because(quote(hosts[0]))
		}
	}
	if h.known(fieldTransferEncoding) != nil {
		return ErrBody.because("Transfer-Encoding")
	}
	switch lengths := h.known(fieldContentLength); len(lengths) {
	case 0:
	case 1:
		if _, err := strconv.ParseUint(lengths[0], 10, 63); err != nil {
			return ErrHead.because("Content-Length is not a number")
		}
	default:
		return ErrHead.because("more than one Content-Length")
	}
	return nil
}
