package parser

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tokens of the examples below, and the examples.
func msg(data string) token { return token{Kind: KindEvent, Data: data} }

func typed(typ, data string) token { return token{Kind: KindEvent, Type: typ, Data: data} }

func withID(id, data string) token              { return token{Kind: KindEvent, ID: id, Data: data} }
func idOnly(id string) token                    { return token{Kind: KindID, ID: id} }
func retry(ms time.Duration) token              { return token{Kind: KindRetry, Retry: ms * time.Millisecond} }
func ended(name, s string, t ...token) example  { return example{name, s, t, false} }
func cutOff(name, s string, t ...token) example { return example{name, s, t, true} }

//req:test SSE-9.2.5-02 SSE-9.2.5-04 SSE-9.2.6-02 SSE-9.2.6-04
func TestLineEnds(t *testing.T) {
	checkExamples(t, "", []example{
		ended("LF", "data: a\ndata: b\n\n", msg("a\nb")),
		ended("CR", "data: a\rdata: b\r\r", msg("a\nb")),
		ended("CRLF", "data: a\r\ndata: b\r\n\r\n", msg("a\nb")),
		ended("CR then LF in two lines", "data: a\rdata: b\n\r", msg("a\nb")),
		ended("LF CR is two", "data: a\n\rdata: b\n\r", msg("a"), msg("b")),
		ended("CRLF CR", "data: a\r\n\rdata: b\r\n\r", msg("a"), msg("b")),
		ended("CR CRLF", "data: a\r\r\ndata: b\r\r\n", msg("a"), msg("b")),
		ended("CR LF LF", "data: a\r\n\ndata: b\r\n\n", msg("a"), msg("b")),
		ended("LF CRLF", "data: a\n\r\ndata: b\n\r\n", msg("a"), msg("b")),
		ended("blank lines", "\n\r\n\r\r\n\n"),
		ended("blank lines between", "\n\ndata: a\n\n\n\r\r\ndata: b\n\n\n", msg("a"), msg("b")),
		ended("all mixed", "data:a\r\ndata:b\rdata:c\ndata:d\r\n\rdata:e\n\r\ndata:f\r\r", msg("a\nb\nc\nd"), msg("e"), msg("f")),
		ended("other line ends of Unicode are none", "data: a\v\f\u0085\u2028\u2029b\n\n", msg("a\v\f\u0085\u2028\u2029b")),
		ended("CR at the very end", "data: a\n\r", msg("a")),
		ended("order", "id: 1\ndata: a\nid: 2\nevent: x\nevent: y\ndata: b\n\n", token{Kind: KindEvent, Type: "y", ID: "2", Data: "a\nb"}),
	})
}

//req:test SSE-9.2.5-02 SSE-9.2.6-01
func TestByteOrderMark(t *testing.T) {
	checkExamples(t, "", []example{
		ended("one", "\uFEFFdata: a\n\n", msg("a")),
		ended("before a blank line", "\uFEFF\n\ndata: a\n\n", msg("a")),
		ended("before a comment", "\uFEFF: hi\ndata: a\n\n", msg("a")),
		ended("two", "\uFEFF\uFEFFdata: a\ndata: b\n\n", msg("b")),
		ended("later", "data: a\n\n\uFEFFdata: b\ndata: c\n\n", msg("a"), msg("c")),
		ended("after a blank line", "\n\uFEFFdata: a\n\n"),
		ended("in a value", "\uFEFFdata:\uFEFF a\uFEFF\n\n", msg("\uFEFF a\uFEFF")),
		ended("alone", "\uFEFF"),
		ended("one octet of it", "\xEFdata: a\ndata: b\n\n", msg("b")),
		ended("two octets of it", "\xEF\xBBdata: a\ndata: b\n\n", msg("b")),
		ended("one octet of it as a line", "\xEF\n\ndata: a\n\n", msg("a")),
		ended("two octets of it as a line", "\xEF\xBB\r\ndata: a\r\n\r\n", msg("a")),
		ended("one octet of it at the end", "\xEF"),
		ended("two octets of it at the end", "\xEF\xBB"),
		ended("its last octet wrong", "\xEF\xBB\xBEdata: a\ndata: b\n\n", msg("b")),
		ended("half and whole", "\xEF\xBB\xEF\xBB\xBFdata: a\n\n"),
		ended("UTF-16", "\xFF\xFEdata: a\ndata: b\n\n", msg("b")),
	})
}

//req:test SSE-9.2.5-02 SSE-9.2.6-06 SSE-9.2.6-07 SSE-9.2.6-08 SSE-9.2.6-10 SSE-9.2.6-15
func TestFields(t *testing.T) {
	checkExamples(t, "", []example{
		ended("no space", "data:a\n\n", msg("a")),
		ended("one space", "data: a\n\n", msg("a")),
		ended("two spaces", "data:  a\n\n", msg(" a")),
		ended("a tab is kept", "data:\ta\n\n", msg("\ta")),
		ended("spaces at the end are kept", "data: a  \n\n", msg("a  ")),
		ended("only a space", "data: \n\n", msg("")),
		ended("only spaces", "data:   \n\n", msg("  ")),
		ended("colons in the value", "data: a:b: c\ndata::\ndata:::\n\n", msg("a:b: c\n:\n::")),
		ended("no colon", "data\nevent\nid\nretry\n\n", msg("")),
		ended("upper case", "DATA: a\nData: b\nID: 1\nEvent: x\nRETRY: 1\n\n"),
		ended("a space before the name", " data: a\n id: 1\n event: x\n\n"),
		ended("a space before the colon", "data : a\nid : 1\nretry : 1\n\n"),
		ended("a space and no colon", "data \ndata a\n\n"),
		ended("longer names", "datas: a\neventx: b\nids: 1\nretrys: 1\ndata1\nidid\n\n"),
		ended("shorter names", "dat: a\neven: b\ni: 1\nretr: 1\nd\ndat\ne\nr\n\n"),
		ended("NUL in a name", "data\x00: a\n\x00data: b\n\n"),
		ended("unknown", "foo: a\nfoo\nfoo:\nx-data: b\n{\"a\":1}\ndata: c\n\n", msg("c")),
		ended("unknown alone is no event", "foo: a\n\nfoo\n\n"),
		ended("comments", ":\n: hi\n::\n:data: a\ndata: b\n:  two\n: \n\n", msg("b")),
		ended("comment in an event", "data: a\n: hi\ndata: b\n:\nevent: x\n\n", typed("x", "a\nb")),
		ended("comment alone is no event", ": hi\n\n:\n\n"),
		ended("comment with line ends of each kind", ":a\r:b\r\n:c\n\rdata:d\r\r", msg("d")),
	})
}

//req:test SSE-9.2.6-03 SSE-9.2.6-05 SSE-9.2.6-11 SSE-9.2.6-12 SSE-9.2.6-17 SSE-9.2.6-18 SSE-9.2.6-19 SSE-9.2.6-20 SSE-9.2.6-21 SSE-9.2.6-23
func TestEvents(t *testing.T) {
	checkExamples(t, "", []example{
		ended("the specification's stock", "data: YHOO\ndata: +2\ndata: 10\n\n", msg("YHOO\n+2\n10")),
		ended("the specification's two events of empty data", "data\n\ndata\ndata\n\n", msg(""), msg("\n")),
		cutOff("the specification's event without a blank line", "data\n\ndata\ndata\n\ndata:", msg(""), msg("\n")),
		ended("the specification's optional space", "data:test\n\ndata: test\n\n", msg("test"), msg("test")),
		ended("data and nothing", "data: a\ndata\ndata:\ndata: b\n\n", msg("a\n\n\nb")),
		ended("empty data first", "data\ndata: a\n\n", msg("\na")),
		ended("one LF is cut, not more", "data: a\ndata:\ndata:\n\n", msg("a\n\n")),
		ended("type before and after", "event: x\ndata: a\n\ndata: b\nevent: y\n\n", typed("x", "a"), typed("y", "b")),
		ended("type of the event before is gone", "event: x\ndata: a\n\ndata: b\n\n", typed("x", "a"), msg("b")),
		ended("the last type counts", "event: x\nevent: yy\nevent: z\ndata: a\n\n", typed("z", "a")),
		ended("an empty type is the default", "event: x\nevent\ndata: a\n\nevent: x\nevent:\ndata: b\n\n", msg("a"), msg("b")),
		ended("the type message", "event: message\ndata: a\n\n", typed("message", "a")),
		ended("type without data is forgotten", "event: x\n\ndata: a\n\n", msg("a")),
		ended("type with spaces and colons", "event:  a: b \ndata: c\n\n", typed(" a: b ", "c")),
		ended("NUL in data and type", "event: \x00\ndata: a\x00b\n\n", typed("\x00", "a\x00b")),
		ended("data of the event before is gone", "data: a\ndata: b\n\ndata: c\ndata: d\n\n", msg("a\nb"), msg("c\nd")),
		ended("many", strings.Repeat("data:a\n\n", 8), msg("a"), msg("a"), msg("a"), msg("a"), msg("a"), msg("a"), msg("a"), msg("a")),
	})
}

//req:test SSE-9.2.6-13 SSE-9.2.6-16
func TestLastEventID(t *testing.T) {
	checkExamples(t, "", []example{
		ended("in an event", "id: 1\ndata: a\n\n", withID("1", "a")),
		ended("after the data", "data: a\nid: 1\n\n", withID("1", "a")),
		ended("stays", "id: 1\ndata: a\n\ndata: b\n\n", withID("1", "a"), withID("1", "b")),
		ended("the last one counts", "id: 1\nid: 2\ndata: a\n\n", withID("2", "a")),
		ended("without data", "id: 1\n\ndata: a\n\n", idOnly("1"), withID("1", "a")),
		ended("without data, with a type", "id: 1\nevent: x\n\ndata: a\n\n", idOnly("1"), withID("1", "a")),
		ended("without data, unchanged", "id: 1\n\nid: 1\n\nid: 2\nid: 1\n\n", idOnly("1")),
		ended("without data, changed twice", "id: 1\n\nid: 2\n\n", idOnly("1"), idOnly("2")),
		ended("empty at first changes nothing", "id\n\nid:\n\nid: \n\n"),
		ended("reset", "id: 1\ndata: a\n\nid\ndata: b\n\n", withID("1", "a"), msg("b")),
		ended("reset with a colon", "id: 1\ndata: a\n\nid:\ndata: b\n\n", withID("1", "a"), msg("b")),
		ended("reset without data", "id: 1\n\nid\n\ndata: a\n\n", idOnly("1"), idOnly(""), msg("a")),
		ended("with NUL", "id: 1\x00\ndata: a\n\nid: \x00\n\n", msg("a")),
		ended("with NUL, the one before counts", "id: 1\nid: 2\x00\ndata: a\n\n", withID("1", "a")),
		ended("with NUL, the stream's stays", "id: 1\n\nid: 2\x00\n\ndata: a\n\n", idOnly("1"), withID("1", "a")),
		ended("with anything else", "id:  \x01\t:\x7F \ndata: a\n\n", withID(" \x01\t:\x7F ", "a")),
		ended("shorter, longer", "id: 123\n\nid: 4\n\nid: 56789\n\n", idOnly("123"), idOnly("4"), idOnly("56789")),
		cutOff("not before the blank line", "id: 1\n\nid: 2\n", idOnly("1")),
	})
}

//req:test SSE-9.2.6-13 SSE-9.2.6-16
func TestLastEventIDGoesOn(t *testing.T) {
	checkExamples(t, "s\x01", []example{
		ended("stays", "data: a\n\n", withID("s\x01", "a")),
		ended("the same is no change", "id: s\x01\n\n"),
		ended("changed", "id: 1\n\ndata: a\n\n", idOnly("1"), withID("1", "a")),
		ended("there and back", "id: 1\nid: s\x01\n\n"),
		ended("reset", "id\n\ndata: a\n\n", idOnly(""), msg("a")),
		cutOff("reset without a blank line", "id\n"),
		ended("nothing", ""),
	})
}

//req:test SSE-9.2.6-14
func TestReconnectionTime(t *testing.T) {
	checkExamples(t, "", []example{
		ended("at its line", "retry: 10\n", retry(10)),
		ended("without a space", "retry:10\n\n", retry(10)),
		ended("in an event", "data: a\nretry: 10\ndata: b\n\n", retry(10), msg("a\nb")),
		ended("twice", "retry: 10\nretry: 20\nretry: 20\n\n", retry(10), retry(20), retry(20)),
		ended("zero", "retry: 0\n\nretry: 000\n", retry(0), retry(0)),
		ended("leading zeros", "retry: 0000000000000000000000000012\n", retry(12)),
		ended("signs", "retry: +5\nretry: -1\nretry: -0\n\n"),
		ended("empty", "retry\nretry:\nretry: \n\n"),
		ended("spaces", "retry:  1\nretry: 1 \nretry: 1 2\nretry: 1\t\n\n"),
		ended("no integers", "retry: 1.5\nretry: 1e3\nretry: 0x10\nretry: 1_000\nretry: 1s\nretry: 1,0\n\n"),
		ended("digits that are not ASCII", "retry: \u0661\u0662\nretry: \uFF11\nretry: 1\u0662\nretry: \u00B2\n\n"),
		ended("NUL", "retry: 1\x00\n\n"),
		ended("the longest", "retry: 9223372036854\n", retry(9223372036854)),
		ended("one more", "retry: 9223372036855\n", retry(9223372036854)),
		ended("2^63", "retry: 9223372036854775808\n", retry(9223372036854)),
		ended("2^64+1", "retry: 18446744073709551617\n", retry(9223372036854)),
		ended("40 digits", "retry: "+strings.Repeat("9", 40)+"\n", retry(9223372036854)),
		cutOff("cut off", "retry: 10"),
	})
}

//req:test SSE-9.2.6-09
func TestEndOfStream(t *testing.T) {
	checkExamples(t, "", []example{
		ended("nothing", ""),
		ended("after an event", "data: a\n\n", msg("a")),
		ended("after an event, CR", "data: a\r\r", msg("a")),
		cutOff("after data", "data: a\n"),
		cutOff("after data, CR", "data: a\r"),
		cutOff("after data, CRLF", "data: a\r\n"),
		cutOff("after empty data", "data\n"),
		cutOff("in data", "data: a\n\ndata: b", msg("a")),
		cutOff("in the second data", "data: a\ndata: b"),
		cutOff("before the value", "data:"),
		cutOff("in a name", "dat"),
		cutOff("at a name's end", "event"),
		ended("in an unknown name", "dax"),
		ended("in a longer name", "datax"),
		ended("in an unknown field", "foo: a"),
		ended("after an unknown field", "foo: a\n"),
		ended("in a comment", ": a"),
		ended("after a comment", ": a\n"),
		cutOff("in a comment after data", "data: a\n: b"),
		cutOff("in an unknown field after an id", "id: 1\nfoo: b"),
		cutOff("after a type", "event: x\n"),
		ended("after an empty type", "event\n"),
		cutOff("after an id", "id: 1\n"),
		ended("after an id with NUL", "id: \x00\n"),
		ended("after a reconnection time", "retry: 1\n", retry(1)),
		cutOff("in an id", "id: 1\n\nid: 2", idOnly("1")),
		cutOff("in a code point", "data: \xE2\x82"),
	})
}

//req:test SSE-9.2.5-03 SSE-9.2.6-01
func TestIllFormedStreams(t *testing.T) {
	checkExamples(t, "", []example{
		ended("well-formed", "data: \u00E4\u20AC\U0001F600\u0800\uD7FF\uE000\uFFFF\U0010FFFF\n\n", msg("\u00E4\u20AC\U0001F600\u0800\uD7FF\uE000\uFFFF\U0010FFFF")),
		ended("continuation alone", "data: a\x80\xBFb\n\n", msg("a\uFFFD\uFFFDb")),
		ended("overlong of 2", "data: \xC0\xAF\xC1\xBF\n\n", msg(strings.Repeat("\uFFFD", 4))),
		ended("overlong of 3", "data: \xE0\x80\xAF\xE0\x9F\xBF\n\n", msg(strings.Repeat("\uFFFD", 6))),
		ended("overlong of 4", "data: \xF0\x80\x80\xAF\xF0\x8F\xBF\xBF\n\n", msg(strings.Repeat("\uFFFD", 8))),
		ended("surrogates", "data: \xED\xA0\x80\xED\xBF\xBF\n\n", msg(strings.Repeat("\uFFFD", 6))),
		ended("beyond U+10FFFF", "data: \xF4\x90\x80\x80\xF5\x80\n\n", msg(strings.Repeat("\uFFFD", 6))),
		ended("never octets", "data: \xFE\xFF\xF8\n\n", msg(strings.Repeat("\uFFFD", 3))),
		ended("cut, 1 of 2", "data: \xC3 a\n\n", msg("\uFFFD a")),
		ended("cut, 2 of 3", "data: \xE2\x82a\n\n", msg("\uFFFDa")),
		ended("cut, 3 of 4", "data: \xF0\x9F\x98a\n\n", msg("\uFFFDa")),
		ended("cut before LF", "data: \xE2\x82\ndata: \xF0\x9F\x98\n\n", msg("\uFFFD\n\uFFFD")),
		ended("cut before CR", "data: \xE2\r\rdata: \xC3\r\n\r\n", msg("\uFFFD"), msg("\uFFFD")),
		ended("cut by a code point", "data: \xE2\x82\xE2\x82\xAC\xF0\x9F\xC3\xA4\n\n", msg("\uFFFD\u20AC\uFFFD\u00E4")),
		ended("the table of the Unicode standard", "data: a\xF1\x80\x80\xE1\x80\xC2b\x80c\x80\xBFd\n\n", msg("a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd")),
		ended("instead of the space", "data:\xC3 a\n\n", msg("\uFFFD a")),
		ended("in a type", "event: a\xFF\ndata: b\n\n", typed("a\uFFFD", "b")),
		ended("in an id", "id: \xED\xA0\x80\ndata: b\n\n", withID(strings.Repeat("\uFFFD", 3), "b")),
		ended("in an id with NUL", "id: \xE2\x82\x00\ndata: b\n\n", msg("b")),
		ended("in a comment", ": \xC3(\xE2\ndata: b\n\n", msg("b")),
		ended("in a reconnection time", "retry: 1\x80\nretry: \xC3\n\n"),
		ended("in a name", "data\xC3: a\n\xC3data: b\nid\x80: 1\n\n"),
		ended("in an unknown field", "foo\xFF: \xC0\ndata: b\n\n", msg("b")),
		ended("two lines", "data: \xFFa\ndata: b\xFF\n\n", msg("\uFFFDa\nb\uFFFD")),
		ended("after a line alone", "data: a\ndata: \xFF\n\n", msg("a\n\uFFFD")),
	})
}

// Data of 1 MiB comes whole and in chunks, with a quarter of it ill-formed too.
//
//req:test SSE-9.2.6-01 SSE-9.2.6-12
func TestHugeData(t *testing.T) {
	for name, data := range map[string]string{
		"one line":   strings.Repeat("x", 1<<20),
		"lines":      strings.Repeat(strings.Repeat("x", 60)+"\ndata:", 1<<14),
		"ill-formed": strings.Repeat("a\xE2\x82b", 1<<18),
	} {
		t.Run(name, func(t *testing.T) {
			stream := "id: 1\ndata: " + data + "\n\ndata: b\n\n"
			want := model(stream, Config{})
			assert.Len(t, want.Tokens, 2)
			for _, size := range []int{1, 4096, 1<<19 + 1, len(stream)} {
				assert.True(t, same(want, runChunks(t, Config{}, stream, size)), "chunks of %d", size)
			}
		})
	}
}

// A byte order mark may begin each stream, and nothing of a stream that ended
// gets into the next one but the reconnection time.
//
//req:test SSE-9.2.2-02 SSE-9.2.6-01 SSE-9.2.6-03 SSE-9.2.6-09
func TestReset(t *testing.T) {
	for _, rest := range []string{
		"", "data: x\n", "data: x\ndata: y", "event: x\n", "id: 9\n", "id: 9\n\n", "da", "data", "retry: 7", ":", "\r", "\n\r",
		"\xEF", "\uFEFF", "\xEF\xBBx", "data: x\n\n", "foo: b", "event: x\r\n", "data: \xE2\x82",
	} {
		for _, stream := range []string{"\uFEFFdata: a\n\n", "\ndata: a\n\n", "data: a\n\n"} {
			p := New(Config{LastEventID: "old", Comments: true})
			f := feeder{t: t, p: p, stream: "retry: 5\n" + rest}
			f.feed(len(f.stream))
			p.Reset("new")
			assert.Equal(t, "new", p.LastEventID())
			assert.NoError(t, p.Close())
			p.scanned = 0
			f = feeder{t: t, p: p, stream: stream}
			f.feed(len(stream))
			want := outcome{[]token{{Kind: KindEvent, Data: "a", ID: "new", At: len(stream)}}, "new", false}
			assert.Equal(t, want, f.end(), "%q, then %q", rest, stream)
			d, ok := p.Retry()
			assert.True(t, ok)
			assert.Equal(t, 5*time.Millisecond, d)
		}
	}
}

// Reset may come before all of a chunk was taken.
func TestResetWithinAChunk(t *testing.T) {
	for _, chunk := range []string{"data: x\n\ndata: y, and more without any CR", "data: x\r\rdata: y\r\r", "retry: 1\n\uFEFF\n\n"} {
		p := New(Config{})
		_, n, ok, err := p.Next([]byte(chunk))
		require.NoError(t, err)
		require.True(t, ok)
		require.Less(t, n, len(chunk))
		p.Reset("")
		p.scanned = 0
		f := feeder{t: t, p: p, stream: "data: a\rdata: b\n\r"}
		f.feed(len(f.stream))
		assert.Equal(t, outcome{Tokens: []token{{Kind: KindEvent, Data: "a\nb", At: 17}}}, f.end())
	}
}

func TestRetryUnset(t *testing.T) {
	p := New(Config{})
	d, ok := p.Retry()
	assert.Zero(t, d)
	assert.False(t, ok)
}

// What Close counts is the values that are held, and a name that is cut in half.
func TestIncompleteOctets(t *testing.T) {
	for stream, want := range map[string]int{
		"data: abc\n":                         3,
		"data: abc\ndata: d":                  5, // an LF joins them
		"event: xy\nid: 1\n":                  3,
		"data: a\nretr":                       5,
		"data: a\nretrx":                      1, // of no field that has a meaning
		"da":                                  2,
		"event: xy\nid: 1\ndata: abc\nid: 23": 8,
		"data: a\n: comment\nfoo: bar":        1,
		"data:":                               0,
	} {
		for size := 1; size <= len(stream); size++ {
			f := feeder{t: t, p: New(Config{LastEventID: "not counted"}), stream: stream}
			for f.taken < len(stream) {
				f.feed(min(size, len(stream)-f.taken))
			}
			assert.Equal(t, &IncompleteError{Octets: want}, f.p.Close(), "%q in chunks of %d", stream, size)
		}
	}
}
