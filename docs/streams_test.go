package docs

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/parser"
)

// An event stream in a page is a fence of rows. The left side of a row is
// octets that come together, as quoted Go strings of either kind with one space
// between them; the right side is what parser.Parser gives for them, one token
// a line:
//
//	```stream
//	": hello\n"                 comment  "hello"
//	`data: {"a":1}` "\n\n"      event  data `{"a":1}`
//	```
//
// Two more rows may stand there: `last event ID "7"` in the first line is what
// the stream continues, and `end` is the end of the stream.
//
// `go test ./docs -update` fills the right side.

const (
	rowAfter = "last event ID "
	rowEnd   = "end"
)

// A row is the left side of a line and the octets that it means.
type row struct{ left, octets string }

// rows reads the left sides of a fence. Lines that begin with a space belong to
// the row above.
func rows(body []string) (all []row, after string, err error) {
	for i, line := range body {
		start := ""
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, " "):
			continue
		case i == 0 && strings.HasPrefix(line, rowAfter):
			start = rowAfter
		case line == rowEnd || strings.HasPrefix(line, rowEnd+" "):
			all = append(all, row{left: rowEnd})
			continue
		}
		left, octets, err := literals(line[len(start):])
		if err != nil {
			return nil, "", fmt.Errorf("%q: a row begins with octets as quoted strings, or is `end`", line)
		}
		if start != "" {
			after = octets
		}
		all = append(all, row{left: start + left, octets: octets})
	}
	return all, after, nil
}

// literals reads the quoted strings that a line begins with.
func literals(line string) (left, octets string, err error) {
	for rest := line; ; rest = line[len(left)+1:] {
		text, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return "", "", err
		}
		value, err := strconv.Unquote(text)
		if err != nil || text[0] == '\'' {
			return "", "", strconv.ErrSyntax
		}
		left, octets = line[:len(line)-len(rest)+len(text)], octets+value
		if next := line[len(left):]; !strings.HasPrefix(next, ` "`) && !strings.HasPrefix(next, " `") {
			return left, octets, nil
		}
	}
}

// quote quotes as a reader would like it, and U+FFFD is seen for what it is.
func quote(b []byte) string {
	if bytes.IndexByte(b, '"') >= 0 && strconv.CanBackquote(string(b)) {
		return "`" + string(b) + "`"
	}
	return strings.ReplaceAll(strconv.Quote(string(b)), "\uFFFD", `\ufffd`)
}

// describe puts a token into words.
func describe(tok parser.Token) string {
	switch tok.Kind {
	case parser.KindEvent:
		text := "event"
		if len(tok.Type) > 0 {
			text += "  type " + quote(tok.Type)
		}
		text += "  data " + quote(tok.Data)
		if len(tok.ID) > 0 {
			text += "  last event ID " + quote(tok.ID)
		}
		return text
	case parser.KindComment:
		return "comment  " + quote(tok.Comment)
	case parser.KindRetry:
		return "retry  " + tok.Retry.String()
	case parser.KindID:
		return "id  last event ID " + quote(tok.ID)
	default:
		return "nothing"
	}
}

// feed gives the tokens of octets that come together.
func feed(p *parser.Parser, octets string) (tokens []string, err error) {
	for rest := []byte(octets); len(rest) > 0; {
		tok, n, ok, err := p.Next(rest)
		if err != nil {
			return nil, err
		}
		rest = rest[n:]
		if ok {
			tokens = append(tokens, describe(tok))
		}
	}
	return tokens, nil
}

// stream is the whole body of a fence, and an error if octet by octet the
// parser gives anything else.
func stream(body []string) ([]string, error) {
	all, after, err := rows(body)
	if err != nil {
		return nil, err
	}
	width := 0
	for _, r := range all {
		width = max(width, len([]rune(r.left)))
	}
	config := parser.Config{LastEventID: after, Comments: true}
	whole, single := parser.New(config), parser.New(config)
	var out []string
	for _, r := range all {
		var tokens []string
		switch {
		case r.left == rowEnd:
			tokens = []string{"nothing is left"}
			if err := whole.Close(); err != nil {
				_, text, _ := strings.Cut(err.Error(), ": ")
				tokens[0] = text
			}
		case !strings.HasPrefix(r.left, rowAfter):
			if tokens, err = feed(whole, r.octets); err != nil {
				return nil, err
			}
			var cut []string
			for i := range len(r.octets) {
				more, err := feed(single, r.octets[i:i+1])
				if err != nil {
					return nil, err
				}
				cut = append(cut, more...)
			}
			if strings.Join(cut, "\n") != strings.Join(tokens, "\n") {
				return nil, fmt.Errorf("%s: octet by octet it is %q, at once %q", r.left, cut, tokens)
			}
		}
		if len(tokens) == 0 {
			out = append(out, r.left)
		}
		for i, text := range tokens {
			left := r.left
			if i > 0 {
				left = ""
			}
			pad := strings.Repeat(" ", width-len([]rune(left)))
			out = append(out, left+pad+"   "+text)
		}
	}
	return out, nil
}

func TestStreams(t *testing.T) {
	for _, p := range pages(t) {
		for _, f := range p.fences {
			if f.language() != "stream" {
				continue
			}
			body, err := stream(f.body)
			if err != nil || len(body) == 0 {
				t.Errorf("%s:%d: a stream fence has its octets as quoted strings: %v", p.name, f.line, err)
				continue
			}
			if *update {
				p.replace(f, body)
				continue
			}
			assert.Equal(t, strings.Join(body, "\n"), strings.Join(f.body, "\n"), "%s:%d: the parser says otherwise", p.name, f.line)
		}
		p.save(t)
	}
}

func TestStream(t *testing.T) {
	want := []string{
		`last event ID "7"`,
		`"\ufeff: hi\n"          comment  "hi"`,
		`"retry: 50\n\n"         retry  50ms`,
		`"data: a\xff\ndata: "`,
		`"b\r"`,
		`"\n\r"                  event  data "a\ufffd\nb"  last event ID "7"`,
		`"id: 8\n\n"             id  last event ID "8"`,
		`"data\n\n:c\n"          event  data ""  last event ID "8"`,
		`                        comment  "c"`,
		`"event: e\n"`,
		`end                     the stream ends inside an event, after 1 octets of it`,
	}
	var bare []string
	for _, line := range want {
		left, _, _ := strings.Cut(line, "   ")
		bare = append(bare, left)
	}
	for _, body := range [][]string{want, bare} {
		got, err := stream(body)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}

	json := "`data: {\"a\":1}` \"\\n\\n\"   event  data `{\"a\":1}`"
	got, err := stream([]string{json})
	require.NoError(t, err)
	assert.Equal(t, []string{json}, got)

	got, err = stream([]string{`"data: a\n\n"`, rowEnd})
	require.NoError(t, err)
	assert.Equal(t, "end             nothing is left", got[1])

	for _, bad := range []string{"data: a", "`data: a", `"data: a`, "'a'", "ending", `last event "7"`} {
		_, err := stream([]string{bad})
		assert.Error(t, err, bad)
	}
	_, err = stream([]string{`"a"`, `last event ID "7"`})
	assert.Error(t, err, "the last event ID comes first")
}
