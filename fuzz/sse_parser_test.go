package fuzz

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	sse "longwire.example/sse/parser"
)

// sseToken is a token that stays. At is where its last line ends, less the LF
// of a CRLF.
type sseToken struct {
	Kind                    sse.Kind
	Type, Data, ID, Comment string
	Retry                   time.Duration
	At                      int
}

// sseOutcome is what a Parser makes of a stream.
type sseOutcome struct {
	Tokens     []sseToken
	LastID     string
	Incomplete bool
	FailedAt   int // the end of the piece that was refused, or -1
}

// readSSE feeds stream in pieces of the sizes that size gives, each in a buffer
// that is overwritten afterwards.
func readSSE(t *testing.T, c sse.Config, stream []byte, size func() int) sseOutcome {
	t.Helper()
	p := sse.New(c)
	o := sseOutcome{FailedAt: -1}
	var buf []byte
	for at := 0; at < len(stream); {
		buf = append(buf[:0], stream[at:min(at+max(size(), 1), len(stream))]...)
		from := at
		for src := buf; len(src) > 0; {
			tok, n, ok, err := p.Next(src)
			require.LessOrEqual(t, n, len(src))
			at += n
			src = src[n:]
			if err != nil {
				require.Zero(t, tok)
				require.False(t, ok)
				_, n, ok, again := p.Next([]byte("data: x\n\n"))
				require.Zero(t, n)
				require.False(t, ok)
				require.Equal(t, err, again)
				require.Equal(t, err, p.Close())
				o.FailedAt, o.LastID = from+len(buf), p.LastEventID()
				return o
			}
			if !ok {
				require.Zero(t, tok)
				require.Empty(t, src)
				break
			}
			end := at
			if end >= 2 && string(stream[end-2:end]) == "\r\n" {
				end--
			}
			o.Tokens = append(o.Tokens, sseToken{tok.Kind, string(tok.Type), string(tok.Data), string(tok.ID), string(tok.Comment), tok.Retry, end})
		}
		for i := range buf {
			buf[i] = '\n'
		}
	}
	o.LastID, o.Incomplete = p.LastEventID(), p.Close() != nil
	return o
}

// maximalSubpart gives how much of b one U+FFFD stands for: the longest
// beginning of b that begins a code point, or one octet.
func maximalSubpart(b string) int {
	for n := min(3, len(b)); n > 1; n-- {
		for _, rest := range []string{"\x80", "\x80\x80"} {
			if r, size := utf8.DecodeRuneInString(b[:n] + rest); r != utf8.RuneError && size > n {
				return n
			}
		}
	}
	return 1
}

// sseText is b with U+FFFD for what is ill-formed.
func sseText(b string) string {
	var s strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRuneInString(b)
		if r == utf8.RuneError && n == 1 {
			n = maximalSubpart(b)
		}
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

// sseModel reads a stream line by line, with no thought of memory or speed.
func sseModel(stream string, c sse.Config) sseOutcome {
	text := func(s string) string { return s }
	if !c.RawUTF8 {
		text = sseText
	}
	o := sseOutcome{LastID: c.LastEventID, FailedAt: -1}
	id, typ := c.LastEventID, ""
	var data []string
	named := false
	at := 0
	if strings.HasPrefix(stream, "\uFEFF") {
		at = len("\uFEFF")
	}
	for {
		n := strings.IndexAny(stream[at:], "\r\n")
		if n < 0 {
			break
		}
		line := text(stream[at : at+n])
		end := at + n + 1
		if at = end; strings.HasPrefix(stream[end-1:], "\r\n") {
			at++
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "":
			if line != "" {
				if c.Comments {
					o.Tokens = append(o.Tokens, sseToken{Kind: sse.KindComment, Comment: value, At: end})
				}
				continue
			}
			if len(data) > 0 {
				o.Tokens = append(o.Tokens, sseToken{Kind: sse.KindEvent, Type: typ, Data: strings.Join(data, "\n"), ID: id, At: end})
			} else if id != o.LastID {
				o.Tokens = append(o.Tokens, sseToken{Kind: sse.KindID, ID: id, At: end})
			}
			o.LastID, typ, data, named = id, "", nil, false
		case "data":
			data = append(data, value)
		case "event":
			typ = value
		case "id":
			if !strings.Contains(value, "\x00") {
				id, named = value, true
			}
		case "retry":
			if value != "" && strings.Trim(value, "0123456789") == "" {
				longest := time.Duration(math.MaxInt64).Milliseconds()
				ms, _ := strconv.ParseInt(value, 10, 64) // the largest if there is no such int64
				ms = min(ms, longest)
				o.Tokens = append(o.Tokens, sseToken{Kind: sse.KindRetry, Retry: time.Duration(ms) * time.Millisecond, At: end})
			}
		}
	}
	rest := stream[at:]
	o.Incomplete = len(data) > 0 || typ != "" || named
	for _, field := range []string{"data:", "event:", "id:", "retry:"} {
		o.Incomplete = o.Incomplete || rest != "" && (strings.HasPrefix(rest, field) || strings.HasPrefix(field, rest))
	}
	return o
}

// A stream gives what the model makes of it, wherever it is cut. With a limit it
// gives the beginning of that, and is refused at the same octet in each cut.
//
//req:test SSE-9.2.6-01 SSE-9.2.6-02 SSE-9.2.6-04 SSE-9.2.6-09 SSE-9.2.6-16
func FuzzSSEDecoder(f *testing.F) {
	f.Fuzz(func(t *testing.T, stream []byte, seed string, cuts []byte, limit uint16, comments, raw bool) {
		c := sse.Config{LastEventID: seed, Comments: comments, RawUTF8: raw, MaxEventBytes: -1}
		at := 0
		some := func() int {
			if len(cuts) == 0 {
				return 3
			}
			at++
			return int(cuts[at%len(cuts)])
		}
		one, all := func() int { return 1 }, func() int { return len(stream) }
		want := sseModel(string(stream), c)
		require.Equal(t, want, readSSE(t, c, stream, one), "octet by octet")
		require.Equal(t, want, readSSE(t, c, stream, all), "whole")
		require.Equal(t, want, readSSE(t, c, stream, some), "cut")

		c.MaxEventBytes = int(limit) + 1
		first := readSSE(t, c, stream, one)
		if first.FailedAt < 0 {
			require.Equal(t, want, first, "with a limit that is not reached")
		} else {
			require.Equal(t, append([]sseToken(nil), want.Tokens[:len(first.Tokens)]...), first.Tokens)
		}
		for _, size := range []func() int{all, some} {
			got := readSSE(t, c, stream, size)
			if first.FailedAt >= 0 {
				require.GreaterOrEqual(t, got.FailedAt, first.FailedAt)
				got.FailedAt = first.FailedAt
			}
			require.Equal(t, first, got)
		}
	})
}

// What the encoder takes comes back, in one event and nothing else; what it
// refuses writes nothing.
//
//req:test SSE-9.2.4-01 SSE-9.2.5-03 SSE-enc-01 SSE-enc-02 SSE-enc-03
func FuzzSSEEncoder(f *testing.F) {
	f.Fuzz(func(t *testing.T, typ, data, id, comment string, reset bool, retry int64) {
		const before = ": before\n"
		normal := func(s string) string {
			return sseText(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
		}
		e := sse.Event{Type: typ, Data: data, ID: id, ResetID: reset, Retry: time.Duration(retry)}
		idErr := sse.CheckID(id)
		clean := utf8.ValidString(id) && strings.Trim(id, " ") == id &&
			!strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7F })
		require.Equal(t, clean, idErr == nil)

		block, err := sse.AppendEvent([]byte(before), e)
		refused := strings.ContainsAny(typ, "\r\n\x00") || !clean || id != "" && reset || retry < 0 || retry > 0 && retry < 1e6
		require.Equal(t, refused, err != nil, "%v", err)
		if refused {
			require.Equal(t, before, string(block))
			var wrong *sse.FieldError
			require.ErrorAs(t, err, &wrong)
			block = []byte(before)
		}
		var want []sseToken
		if !refused {
			if retry > 0 {
				want = append(want, sseToken{Kind: sse.KindRetry, Retry: e.Retry.Truncate(time.Millisecond)})
			}
			lastID := id
			if id == "" && !reset {
				lastID = "seed"
			}
			want = append(want, sseToken{Kind: sse.KindEvent, Type: sseText(typ), Data: normal(data), ID: lastID})
		}

		block = sse.AppendComment(block, comment)
		for line := range strings.SplitSeq(normal(comment), "\n") {
			want = append(want, sseToken{Kind: sse.KindComment, Comment: line})
		}
		size := len(block)
		block, err = sse.AppendID(block, id)
		require.Equal(t, idErr, err)
		if err == nil {
			if lastSSEID(want) != id {
				want = append(want, sseToken{Kind: sse.KindID, ID: id})
			}
		} else {
			require.Len(t, block, size)
		}
		size = len(block)
		block, err = sse.AppendRetry(block, e.Retry)
		require.Equal(t, retry < 1e6, err != nil)
		if err == nil {
			want = append(want, sseToken{Kind: sse.KindRetry, Retry: e.Retry.Truncate(time.Millisecond)})
		} else {
			require.Len(t, block, size)
		}

		c := sse.Config{LastEventID: "seed", Comments: true, MaxEventBytes: -1}
		got := readSSE(t, c, block, func() int { return 5 })
		require.False(t, got.Incomplete)
		for i := range got.Tokens {
			got.Tokens[i].At = 0
		}
		require.Equal(t, append([]sseToken{{Kind: sse.KindComment, Comment: "before"}}, want...), got.Tokens)
		require.True(t, utf8.Valid(block))
		require.NotContains(t, string(block), "\r")
	})
}

// lastSSEID gives the last event ID after some tokens.
func lastSSEID(tokens []sseToken) string {
	id := "seed"
	for _, tok := range tokens {
		if tok.Kind == sse.KindEvent || tok.Kind == sse.KindID {
			id = tok.ID
		}
	}
	return id
}
