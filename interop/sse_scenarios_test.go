package interop

import (
	"strings"
	"time"

	"longwire.example/sse"
	"longwire.example/sse/parser"
)

// A streamScenario is what our server sends, one step after the other: the next
// one is sent when a client has seen all of the one before.
type streamScenario struct {
	name    string
	options sse.Options // Retry is helloRetry unless it is set
	streams []stream
}

// stream is what is sent as the answer to one request.
type stream struct {
	// resume is the last event ID that the request has to bring back.
	resume string

	// pause is how long the client has to wait before the request, if it
	// honours the retry field.
	pause time.Duration

	steps []step

	// cut: the connection is cut at the end. Otherwise the response ends.
	cut bool
}

// step is something that is sent.
type step struct {
	send     func(c *sse.Conn) error
	wire     string // as octets
	events   []sse.Event
	comments []string
	retry    time.Duration
}

// helloRetry is the reconnection time that a scenario begins with, so that
// nobody waits for seconds.
const helloRetry = 20 * time.Millisecond

// says sends a message that makes one event.
func says(m sse.Message, wire string, ev sse.Event) step {
	if ev.Type == "" {
		ev.Type = sse.DefaultType
	}
	return step{send: func(c *sse.Conn) error { return c.Send(m) }, wire: wire, events: []sse.Event{ev}}
}

// data sends data as an event of the default type. last is the last event ID as
// it stands.
func data(s, wire, last string) step {
	return says(sse.Message{Data: s}, wire, sse.Event{Data: lf.Replace(s), LastEventID: last})
}

// lf makes each line end LF, as the lines of data are joined (section 9.2.6).
var lf = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// numbered sends data with an ID.
func numbered(id, text string) step {
	return says(sse.Message{ID: id, Data: text}, "id: "+id+"\ndata: "+text+"\n\n", sse.Event{Data: text, LastEventID: id})
}

// raw sends octets.
func raw(wire string, events ...sse.Event) step {
	return step{send: func(c *sse.Conn) error { return c.SendRaw([]byte(wire)) }, wire: wire, events: events}
}

func comment(text, wire string, seen ...string) step {
	return step{send: func(c *sse.Conn) error { return c.Comment(text) }, wire: wire, comments: seen}
}

func retry(d time.Duration, wire string) step {
	return step{send: func(c *sse.Conn) error { return c.SetRetry(d) }, wire: wire, retry: d}
}

const (
	beyondBMP = "𝄞 clef, 🚀 rocket, 𐍈 hwair, 👩‍👩‍👧 family, é, 漢"
	// Line ends of Unicode, which are none here, a byte order mark that is not
	// at the beginning, and NUL.
	notLineEnds = "a\u2028b\u2029c\u0085d\ve\ff\uFEFFg\x00h"
)

var (
	mebibyte      = strings.Repeat("0123456789abcdé", 1<<16)
	mebibyteLines = strings.Repeat(strings.Repeat("0123456789abcdé", 3)+"0123456789abcde\n", 1<<14)
)

var streamScenarios = []streamScenario{
	{name: "lines", streams: []stream{{steps: []step{
		data("one", "data: one\n\n", ""),
		data("one\ntwo\nthree", "data: one\ndata: two\ndata: three\n\n", ""),
		data("LF\nCRLF\r\nCR\rend", "data: LF\ndata: CRLF\ndata: CR\ndata: end\n\n", ""),
		data("\n", "data: \ndata: \n\n", ""),
		data("\r\n\r\n\n\r", "data: \ndata: \ndata: \ndata: \ndata: \n\n", ""),
		data("ends with LF\n", "data: ends with LF\ndata: \n\n", ""),
		data(" spaces ", "data:  spaces \n\n", ""),
		data(": no comment\nid: no id\nretry: 1", "data: : no comment\ndata: id: no id\ndata: retry: 1\n\n", ""),
	}}}},
	{name: "event types", streams: []stream{{steps: []step{
		says(sse.Message{Type: "greeting", Data: "a"}, "event: greeting\ndata: a\n\n", sse.Event{Type: "greeting", Data: "a"}),
		data("of no type", "data: of no type\n\n", ""),
		says(sse.Message{Type: "Größe 🚀", Data: "b"}, "event: Größe 🚀\ndata: b\n\n", sse.Event{Type: "Größe 🚀", Data: "b"}),
		says(sse.Message{Type: "message", Data: "c"}, "event: message\ndata: c\n\n", sse.Event{Data: "c"}),
	}}}},
	{name: "ids, and a cut connection", streams: []stream{
		{cut: true, steps: []step{
			data("before any id", "data: before any id\n\n", ""),
			numbered("1", "one"),
			data("still one", "data: still one\n\n", "1"),
			numbered("b17e-2", "two"),
		}},
		{resume: "b17e-2", cut: true},
		{resume: "b17e-2", cut: true, steps: []step{
			data("no id since", "data: no id since\n\n", "b17e-2"),
			numbered("x y:z", "three"),
		}},
		{resume: "x y:z", steps: []step{numbered("4", "four")}},
	}},
	{name: "an id beyond ASCII", streams: []stream{
		{steps: []step{numbered("№ 🚀", "one")}},
		{resume: "№ 🚀"},
	}},
	{name: "an id reset", streams: []stream{
		{steps: []step{
			numbered("7", "seven"),
			raw("id\ndata: none\n\n", sse.Event{Type: "message", Data: "none"}),
		}},
		{steps: []step{data("no id", "data: no id\n\n", "")}},
	}},
	{name: "an id without an event", streams: []stream{
		{steps: []step{
			{send: func(c *sse.Conn) error {
				frame, err := parser.AppendID(nil, "9")
				if err != nil {
					return err
				}
				return c.SendRaw(frame)
			}, wire: "id: 9\n\n"},
			data("after it", "data: after it\n\n", "9"),
		}},
		{resume: "9", steps: []step{raw("id: 10\n\n")}},
		{resume: "10"},
	}},
	{name: "retry", streams: []stream{
		{steps: []step{retry(700*time.Millisecond, "retry: 700\n\n"), data("a", "data: a\n\n", "")}},
		{pause: 700 * time.Millisecond, steps: []step{
			says(sse.Message{Data: "b", Retry: 400 * time.Millisecond}, "retry: 400\ndata: b\n\n", sse.Event{Data: "b"}).tells(400 * time.Millisecond),
		}},
		{pause: 400 * time.Millisecond},
	}, options: sse.Options{Retry: -1}},
	{name: "comments", streams: []stream{{steps: []step{
		comment("hello", ": hello\n", "hello"),
		comment("", ":\n", ""),
		data("a", "data: a\n\n", ""),
		comment("two\r\nlines: of text", ": two\n: lines: of text\n", "two", "lines: of text"),
		comment("data: not", ": data: not\n", "data: not"),
		data("b", "data: b\n\n", ""),
	}}}},
	{name: "UTF-8", streams: []stream{{steps: []step{
		data(beyondBMP, "data: "+beyondBMP+"\n\n", ""),
		data(notLineEnds, "data: "+notLineEnds+"\n\n", ""),
		says(sse.Message{Data: "ill-formed: \xF0\x9D\x84."}, "data: ill-formed: \uFFFD.\n\n", sse.Event{Data: "ill-formed: \uFFFD."}),
	}}}},
	{name: "empty data", streams: []stream{{steps: []step{
		data("", "data: \n\n", ""),
		says(sse.Message{Type: "tick"}, "event: tick\ndata: \n\n", sse.Event{Type: "tick"}),
		raw("data\n\n", sse.Event{Type: "message"}),
		data("end", "data: end\n\n", ""),
	}}}},
	{name: "1 MiB in a line", streams: []stream{{steps: []step{
		data(mebibyte, "data: "+mebibyte+"\n\n", ""),
		data("end", "data: end\n\n", ""),
	}}}},
	{name: "1 MiB in 16,384 lines", streams: []stream{{steps: []step{
		data(mebibyteLines, "data: "+strings.ReplaceAll(mebibyteLines, "\n", "\ndata: ")+"\n\n", ""),
		data("end", "data: end\n\n", ""),
	}}}},
	{name: "gzip", options: sse.Options{Gzip: true}, streams: []stream{
		{steps: []step{
			numbered("1", "one"),
			comment("", ":\n", ""),
			data(mebibyte, "data: "+mebibyte+"\n\n", "1"),
			data("one\n"+beyondBMP, "data: one\ndata: "+beyondBMP+"\n\n", "1"),
		}},
		{resume: "1", cut: true, steps: []step{numbered("2", "two")}},
		{resume: "2", steps: []step{numbered("3", "three")}},
	}},
}

// tells is a step with a reconnection time.
func (s step) tells(d time.Duration) step {
	s.retry = d
	return s
}

// types are the event types of a scenario, but for the default one: an
// EventSource listens to each of them.
func (sc *streamScenario) types() []string {
	var types []string
	for _, str := range sc.streams {
		for _, st := range str.steps {
			for _, ev := range st.events {
				if ev.Type != sse.DefaultType {
					types = append(types, ev.Type)
				}
			}
		}
	}
	return types
}
