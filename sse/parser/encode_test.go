package parser

import (
	"bytes"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// normal is what a text is after a stream: its line ends are LF, and what is
// not UTF-8 is U+FFFD.
func normal(s string) string {
	return decodeText(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
}

// hostile are texts that try to get out of a field, and some that don't.
var hostile = []string{
	"", "a", " a", "  a", "a ", "\t", ":", ": a", "data: a", "id: 1", "a\nb", "a\rb", "a\r\nb", "\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n\r",
	"a\n", "a\r", "a\r\n", "\na", "\ra", "a\n\nid: 666\n\n", "a\r\rdata: b\r\r", "a\r\n\r\nevent: x\r\ndata: b\r\n\r\n", "a\nretry: 1", "\n: c\n",
	"\x00", "a\x00b", "\x00\n\x00", "\x01\x1F\x7F", "\v\f\u0085\u2028\u2029", "\uFEFF", "\uFEFFa\n\uFEFFb", "\u20AC\U0001F600", "\uFFFD",
	"\xFF", "a\xC3", "\xE2\x82\n", "\xE2\x82\r\n\xAC", "\xED\xA0\x80", "\xC0\x8A", "\xC0\x8D", "\xE0\x80\x8A", "\xF4\x90\x80\x80", "\x80\r\x80", "\xEF\xBB\n\xBF",
	"data", "data:", "id", "event\n", "e\u0301\r", "{\"a\": [1, 2]}", strings.Repeat("x", 5000), strings.Repeat("x\r\n", 2000),
}

// decodeAll gives the tokens of a stream that is well-formed, in one piece and
// in octets.
func decodeAll(t *testing.T, stream []byte) []token {
	t.Helper()
	c := Config{Comments: true}
	whole := run(t, c, string(stream))
	require.True(t, same(whole, runChunks(t, c, string(stream), 1)))
	require.False(t, whole.Incomplete, "%q", stream)
	for i := range whole.Tokens {
		whole.Tokens[i].At = 0
	}
	return whole.Tokens
}

// checkLines looks at the octets: each line of the block begins with one of the
// prefixes, and the only blank line is the last one.
func checkLines(t *testing.T, block []byte, blank bool, prefixes ...string) {
	t.Helper()
	require.NotContains(t, string(block), "\r")
	lines := strings.Split(string(block), "\n")
	require.Empty(t, lines[len(lines)-1], "%q doesn't end with a line end", block)
	lines = lines[:len(lines)-1]
	if blank {
		require.Empty(t, lines[len(lines)-1], "%q doesn't end with a blank line", block)
		lines = lines[:len(lines)-1]
	}
	for _, line := range lines {
		ok := false
		for _, p := range prefixes {
			ok = ok || strings.HasPrefix(line, p)
		}
		require.True(t, ok, "%q in %q", line, block)
	}
}

//req:test SSE-enc-01 SSE-9.2.5-03
func TestS1_DataCannotInject(t *testing.T) {
	for _, data := range hostile {
		block, err := AppendEvent([]byte("before"), Event{Data: data})
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(block, []byte("before")))
		block = block[len("before"):]
		checkLines(t, block, true, "data: ")
		assert.Equal(t, []token{{Kind: KindEvent, Data: normal(data)}}, decodeAll(t, block), "%q", data)
	}
}

//req:test SSE-enc-01
func TestS1_CommentsCannotInject(t *testing.T) {
	for _, text := range hostile {
		block := AppendComment([]byte("before"), text)
		require.True(t, bytes.HasPrefix(block, []byte("before")))
		block = block[len("before"):]
		checkLines(t, block, false, ":")
		var want []token
		for line := range strings.SplitSeq(normal(text), "\n") {
			want = append(want, token{Kind: KindComment, Comment: line})
		}
		assert.Equal(t, want, decodeAll(t, block), "%q", text)

		// Between the fields of an event it changes nothing.
		stream := append(append([]byte("data: a\n"), block...), "data: b\n\n"...)
		assert.Equal(t, append(want, token{Kind: KindEvent, Data: "a\nb"}), decodeAll(t, stream))
	}
	assert.Equal(t, ":\n", string(AppendComment(nil, "")))
	assert.Equal(t, ": a\n: \n: b\n", string(AppendComment(nil, "a\r\rb")))
}

// Where an octet that ends a line, or NUL, can be in a type or an ID.
var breakers = []string{"\r", "\n", "\r\n", "\x00"}

//req:test SSE-enc-02
func TestS1_LineEndsInTypeAndIDAreRefused(t *testing.T) {
	room := make([]byte, 6, 100)
	for _, bad := range breakers {
		for _, s := range []string{bad, "a" + bad, bad + "a", "a" + bad + "data: b" + bad + bad, "\u20AC" + bad} {
			for field, e := range map[string]Event{"event": {Type: s, Data: "x"}, "id": {ID: s, Data: "x"}} {
				copy(room, "before")
				got, err := AppendEvent(room, e)
				var wrong *FieldError
				require.ErrorAs(t, err, &wrong, "%q", s)
				assert.Equal(t, field, wrong.Field)
				assert.Equal(t, strings.IndexAny(s, "\r\n\x00"), wrong.Index, "%q", s)
				assert.Equal(t, "before", string(got))
				assert.Equal(t, make([]byte, 94), got[6:100], "something was written")
			}
			got, err := AppendID(room, s)
			require.Error(t, err)
			assert.Equal(t, "before", string(got))
			assert.Equal(t, make([]byte, 94), got[6:100], "something was written")
			assert.Error(t, CheckID(s))
		}
	}
	got, err := AppendEvent(nil, Event{Type: "\n"})
	assert.Error(t, err)
	assert.Nil(t, got)
}

// Control characters, and spaces that a header field loses, are refused in an
// ID.
//
//req:test SSE-9.2.4-01
func TestS2_IDsThatCannotComeBackAreRefused(t *testing.T) {
	for c := range 256 {
		id := "a" + string([]byte{byte(c)}) + "b"
		err := CheckID(id)
		if bad := c < ' ' || c == 0x7F; bad {
			var wrong *FieldError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, 1, wrong.Index)
		} else {
			assert.Equal(t, c >= 0x80, err != nil, "%q", id) // an octet from 80 on is not UTF-8
		}
		_, fromEvent := AppendEvent(nil, Event{ID: id})
		_, fromID := AppendID(nil, id)
		assert.Equal(t, err, fromEvent)
		assert.Equal(t, err, fromID)
	}
	for _, id := range []string{" ", " a", "a ", "  "} {
		assert.Error(t, CheckID(id), "%q", id)
	}
}

// An ID that the encoder takes comes back from a client's header as it was.
//
//req:test SSE-9.2.4-01
func TestS2_IDsComeBackInAHeader(t *testing.T) {
	var received string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		received = r.Header.Get("Last-Event-ID")
	}))
	defer server.Close()
	taken := 0
	for _, id := range append([]string{
		"1", "5f2a-17", "a b  c", "\u00E4\u20AC\U0001F600", "\u00A0a\u00A0", "\u0085", "\u2028", "\uFEFF", "\"quoted\"", "a,b;c=d", "\\", "%00", "a: b", ":", "'",
		strings.Repeat("x", 4000), "\uFFFD",
	}, hostile...) {
		if id == "" || len(id) > 4000 || CheckID(id) != nil {
			continue
		}
		taken++
		block, err := AppendEvent(nil, Event{ID: id})
		require.NoError(t, err)
		got := decodeAll(t, block)[0].ID
		require.Equal(t, id, got)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		require.NoError(t, err)
		req.Header.Set("Last-Event-ID", got)
		resp, err := server.Client().Do(req)
		require.NoError(t, err, "%q", id)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, id, received)
	}
	assert.Greater(t, taken, 20)
}

// decode(encode(m)) == m for messages of all kinds of strings.
//
//req:test SSE-enc-01 SSE-enc-02 SSE-enc-03
func TestS1_RoundTrip(t *testing.T) {
	random := rand.NewChaCha8([32]byte{'r'})
	pick := func(n int) int { return int(random.Uint64() % uint64(n)) }
	some := func() string {
		s := hostile[pick(len(hostile)-2)]
		for range pick(4) {
			s += hostile[pick(len(hostile)-2)]
		}
		return s
	}
	short := []string{"", "a", "b-7", " x ", "\u20AC", "\xFF", "a\xC3"}
	var stream []byte
	var want []token
	lastID, written := "", 0
	for range 20_000 {
		e := Event{Type: some(), Data: some(), ID: some(), ResetID: pick(4) == 0, Retry: time.Duration(pick(5)-1) * 700 * time.Microsecond}
		if pick(4) > 0 { // most of what is in some can't be in a field of one line
			e.Type, e.ID = short[pick(len(short))], short[pick(len(short))]
		}
		next, err := AppendEvent(stream, e)
		bad := strings.ContainsAny(e.Type, "\r\n\x00") || e.ID != "" && (e.ResetID || CheckID(e.ID) != nil) || e.Retry < 0 || e.Retry == 700*time.Microsecond
		require.Equal(t, bad, err != nil, "%q: %v", e, err)
		if bad {
			require.Len(t, next, len(stream))
			continue
		}
		stream = next
		written++
		if e.Retry > 0 {
			want = append(want, token{Kind: KindRetry, Retry: e.Retry.Truncate(time.Millisecond)})
		}
		if e.ID != "" || e.ResetID {
			lastID = e.ID
		}
		want = append(want, token{Kind: KindEvent, Type: normal(e.Type), Data: normal(e.Data), ID: lastID})
	}
	assert.Greater(t, written, 1000)
	assert.Equal(t, want, decodeAll(t, stream))
}

func TestEncoded(t *testing.T) {
	for want, e := range map[string]Event{
		"data: \n\n":                                {},
		"data: a\n\n":                               {Data: "a"},
		"data: a\ndata: b\n\n":                      {Data: "a\nb"},
		"data: a\ndata: \n\n":                       {Data: "a\r\n"},
		"event: x\ndata: \n\n":                      {Type: "x"},
		"event: message\ndata: \n\n":                {Type: "message"}, // written if it is named
		"id: 7\ndata: a\n\n":                        {ID: "7", Data: "a"},
		"id\ndata: a\n\n":                           {ResetID: true, Data: "a"},
		"retry: 1500\nevent: x\nid: 7\ndata: a\n\n": {Type: "x", Data: "a", ID: "7", Retry: 1500*time.Millisecond + 999},
		"event:  \ndata: a\n\n":                     {Type: " ", Data: "a"},
		"event: \uFFFD\ndata: \uFFFD\n\n":           {Type: "\xE2\x82", Data: "\xE2\x82"},
	} {
		got, err := AppendEvent(nil, e)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

// A buffer that has just the room is used, and what is too small is replaced.
func TestEncodedInPlace(t *testing.T) {
	for _, e := range []Event{
		{}, {Data: "a"}, {Data: strings.Repeat("a\r\n", 50)}, {Type: "x", ID: "7", Data: "\n", Retry: time.Second}, {ResetID: true, Data: "\xFF\r"},
	} {
		want, err := AppendEvent(nil, e)
		require.NoError(t, err)
		room := make([]byte, 3, 3+len(want))
		got, err := AppendEvent(room, e)
		require.NoError(t, err)
		assert.Same(t, &room[0], &got[0], "%q", e)
		assert.Equal(t, want, got[3:])
		got, err = AppendEvent(room[:3:len(room)+len(want)-4], e)
		require.NoError(t, err)
		assert.Equal(t, want, got[3:])
	}
}

// The reconnection time is digits, for every Duration that is one millisecond or
// more.
//
//req:test SSE-enc-03
func TestEncodedRetry(t *testing.T) {
	for _, d := range []time.Duration{time.Millisecond, 1999 * time.Microsecond, time.Second, time.Hour, math.MaxInt64} {
		block, err := AppendRetry([]byte(":\n"), d)
		require.NoError(t, err)
		assert.Regexp(t, `\A:\nretry: [1-9][0-9]*\n\n\z`, string(block))
		assert.Equal(t, retry(time.Duration(d.Milliseconds())), decodeAll(t, block[2:])[0])
		block, err = AppendEvent(nil, Event{Retry: d})
		require.NoError(t, err)
		assert.Equal(t, []token{retry(time.Duration(d.Milliseconds())), msg("")}, decodeAll(t, block))
	}
}

func TestEncodedID(t *testing.T) {
	block, err := AppendID(nil, "7")
	require.NoError(t, err)
	assert.Equal(t, "id: 7\n\n", string(block))
	block, err = AppendID(block, "")
	require.NoError(t, err)
	assert.Equal(t, "id: 7\n\nid\n\n", string(block))
	assert.Equal(t, []token{idOnly("7"), idOnly("")}, decodeAll(t, block))
}

//req:test SSE-enc-02 SSE-9.2.4-01
func TestFieldErrors(t *testing.T) {
	event := func(e Event) func() error {
		return func() error { _, err := AppendEvent(nil, e); return err }
	}
	after := func(d time.Duration) func() error {
		return func() error { _, err := AppendRetry(nil, d); return err }
	}
	for want, f := range map[string]func() error{
		"sse: event: octet 1 is LF":  event(Event{Type: "a\nb"}),
		"sse: event: octet 0 is CR":  event(Event{Type: "\r\n"}),
		"sse: event: octet 2 is NUL": event(Event{Type: "ab\x00"}),
		"sse: id: octet 1 is the control character LF, which can't come back in a header":   event(Event{ID: "a\nb"}),
		"sse: id: octet 0 is the control character CR, which can't come back in a header":   event(Event{ID: "\r"}),
		"sse: id: octet 2 is the control character NUL, which can't come back in a header":  event(Event{ID: "ab\x00"}),
		"sse: id: octet 0 is the control character TAB, which can't come back in a header":  event(Event{ID: "\ta"}),
		"sse: id: octet 1 is the control character 0x1, which can't come back in a header":  event(Event{ID: "a\x01"}),
		"sse: id: octet 1 is the control character 0x7f, which can't come back in a header": event(Event{ID: "a\x7F"}),
		"sse: id: octet 0 is a space at an end, which a header loses":                       event(Event{ID: " a"}),
		"sse: id: octet 1 is a space at an end, which a header loses":                       event(Event{ID: "a "}),
		"sse: id: it is not UTF-8":                    event(Event{ID: "a\xFF"}),
		"sse: id: both an ID and ResetID":             event(Event{ID: "a", ResetID: true}),
		"sse: retry: negative":                        event(Event{Retry: -1}),
		"sse: retry: less than a millisecond":         event(Event{Retry: time.Millisecond - 1}),
		"sse: retry: negative (AppendRetry)":          after(math.MinInt64),
		"sse: retry: less than a millisecond (alone)": after(1),
		"sse: retry: zero":                            after(0),
	} {
		err := f()
		var wrong *FieldError
		require.ErrorAs(t, err, &wrong)
		text, _, _ := strings.Cut(want, " (")
		assert.EqualError(t, err, text)
	}
	assert.EqualError(t, &LimitError{Limit: 16}, "sse: an event has more than 16 octets")
	assert.EqualError(t, &IncompleteError{Octets: 3}, "sse: the stream ends inside an event, after 3 octets of it")
}

func TestKindNames(t *testing.T) {
	for k, want := range map[Kind]string{0: "none", KindEvent: "event", KindComment: "comment", KindRetry: "retry", KindID: "id", 9: "none"} {
		assert.Equal(t, want, k.String())
	}
}
