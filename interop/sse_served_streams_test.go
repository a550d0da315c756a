package interop

import (
	"strings"
	"testing"
	"unicode/utf8"

	"longwire.example/sse"
)

// tour is a stream with all that a stream can have, each block a part. Its line
// ends are LF.
var tour = []string{
	": a comment, and the reconnection time\nretry: 30\n\n",
	"data: one\n\n",
	"data:no space\ndata:  two spaces\ndata\ndata:\ndata: end\n\n",
	"event: greeting\nid: 1\ndata: hello\n\n",
	"data: still 1\n\n",
	": comment\n:\n:another\n\n",
	"event: nothing comes of it\n\n",
	"data: " + beyondBMP + "\nevent: größe 🚀\n\n",
	"data: a:b: c\nunknown: field\n unknown: too\nDATA: too\ndatax: too\n\n",
	"retry: 1s\nretry: -1\nretry:\nid: 2\x00\ndata: neither\n\n",
	"data\n\n",
	"\n\n\n",
	"id: 3\n\n",
	"data: after an id alone\n\n",
	"event: x\nevent\ndata: of no type\nid\n\n",
	"data: \u2028\u0085\ufeff\x00\n\n",
	"data: {\"delta\":\"x\"}\nid: b17e-9\n\n",
}

// tourEvents are the events of it.
var tourEvents = []sse.Event{
	{Type: "message", Data: "one"},
	{Type: "message", Data: "no space\n two spaces\n\n\nend"},
	{Type: "greeting", Data: "hello", LastEventID: "1"},
	{Type: "message", Data: "still 1", LastEventID: "1"},
	{Type: "größe 🚀", Data: beyondBMP, LastEventID: "1"},
	{Type: "message", Data: "a:b: c", LastEventID: "1"},
	{Type: "message", Data: "neither", LastEventID: "1"},
	{Type: "message", LastEventID: "1"},
	{Type: "message", Data: "after an id alone", LastEventID: "3"},
	{Type: "message", Data: "of no type"},
	{Type: "message", Data: "\u2028\u0085\ufeff\x00"},
	{Type: "message", Data: `{"delta":"x"}`, LastEventID: "b17e-9"},
}

// tourComments are the comments of it.
var tourComments = []string{"a comment, and the reconnection time", "comment", "", "another"}

// withEnds gives a stream of LF other line ends, in turn. None of them may join
// with the next: no CR before LF.
func withEnds(stream string, ends ...string) string {
	var b strings.Builder
	for i, line := range strings.SplitAfter(stream, "\n") {
		text, ended := strings.CutSuffix(line, "\n")
		b.WriteString(text)
		if ended {
			b.WriteString(ends[i%len(ends)])
		}
	}
	return b.String()
}

// inPieces cuts a stream into pieces of these lengths, in turn.
func inPieces(stream string, lengths ...int) []string {
	var pieces []string
	for i := 0; stream != ""; i++ {
		n := min(lengths[i%len(lengths)], len(stream))
		pieces = append(pieces, stream[:n])
		stream = stream[n:]
	}
	return pieces
}

// insideCharacters cuts a stream inside each character of several octets.
func insideCharacters(stream string) []string {
	var pieces []string
	from := 0
	for i, r := range stream {
		if utf8.RuneLen(r) > 1 {
			pieces = append(pieces, stream[from:i+1])
			from = i + 1
		}
	}
	return append(pieces, stream[from:])
}

// transports are ways in which one stream can come.
var transports = []struct {
	name   string
	answer func(parts []string) servedAnswer
}{
	{"a part at a time, waiting", func(parts []string) servedAnswer {
		a := streamOf(parts...)
		a.Live = true
		return a
	}},
	{"gzip, a part at a time, waiting", func(parts []string) servedAnswer {
		a := streamOf(parts...)
		a.Live, a.Gzip = true, true
		return a
	}},
	{"until the connection closes", func(parts []string) servedAnswer {
		a := streamOf(parts...)
		a.Live, a.UntilClose = true, true
		return a
	}},
	{"whole", func(parts []string) servedAnswer { return streamOf(strings.Join(parts, "")) }},
	{"octet by octet", func(parts []string) servedAnswer { return streamOf(inPieces(strings.Join(parts, ""), 1)...) }},
	{"in odd pieces", func(parts []string) servedAnswer {
		return streamOf(inPieces(strings.Join(parts, ""), 1, 2, 3, 5, 7, 11, 13)...)
	}},
	{"cut inside characters", func(parts []string) servedAnswer { return streamOf(insideCharacters(strings.Join(parts, ""))...) }},
	{"CRLF", func(parts []string) servedAnswer { return streamOf(withEnds(strings.Join(parts, ""), "\r\n")) }},
	{"CRLF cut in two", func(parts []string) servedAnswer {
		return streamOf(strings.SplitAfter(withEnds(strings.Join(parts, ""), "\r\n"), "\r")...)
	}},
	{"CR, a part at a time, waiting", func(parts []string) servedAnswer {
		a := streamOf()
		for _, part := range parts {
			a.Parts = append(a.Parts, []byte(withEnds(part, "\r")))
		}
		a.Live = true
		return a
	}},
	{"LF, CR and CRLF", func(parts []string) servedAnswer {
		return streamOf(inPieces(withEnds(strings.Join(parts, ""), "\n", "\r", "\r\n"), 3, 1)...)
	}},
	{"after a byte order mark", func(parts []string) servedAnswer {
		return streamOf(inPieces("\ufeff"+strings.Join(parts, ""), 1, 1, 100)...)
	}},
	{"gzip in odd pieces", func(parts []string) servedAnswer {
		a := streamOf(inPieces(strings.Join(parts, ""), 1, 2, 3, 5, 7, 11, 13)...)
		a.Gzip = true
		return a
	}},
	{"with a charset", func(parts []string) servedAnswer {
		a := streamOf(strings.Join(parts, ""))
		a.Header["Content-Type"] = "Text/Event-Stream; charset=UTF-8"
		return a
	}},
	{"with a trailer", func(parts []string) servedAnswer {
		a := streamOf(parts...)
		a.Trailer = map[string]string{"X-Sum": "4711"}
		return a
	}},
}

// eachPart gives what is to be called before the first event of a live tour and
// after each, so that no part of it comes before the event of the one before
// has. Parts without an event are let through up to the next that has one.
func (s *served) eachPart(t *testing.T) func() {
	part := 0
	return func() {
		for part++; part < len(tour); part++ {
			s.permit(t)
			if strings.Contains(tour[part], "data") {
				return
			}
		}
	}
}
