//go:build linux

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What both servers send on each transport, as it was seen on the wire, without
// the header fields that no reader looks at.
func TestFormats(t *testing.T) {
	const (
		date = "Fri, 27 Nov 2026 06:15:37 GMT"
		long = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	)
	cursors := position{cursor: "QJZ5VA2NB3DW-2"}
	nchanIDs := []event{{"1795760137:0", "hello"}, {"1795760137:1", "again"}}
	nchanDates := []event{{date + " 0", "hello"}, {date + " 1", "again"}}
	our := []event{{"QJZ5VA2NB3DW-1", "hello"}, {"QJZ5VA2NB3DW-2", "again"}}

	for name, c := range map[string]struct {
		format func() format
		text   string
		events []event
		at     position
		more   bool
	}{
		"our ws": {
			format: transportNamed(t, "ws").ours.format, events: append(our, event{"QJZ5VA2NB3DW-3", long}),
			text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" +
				"\x81\x17" + `{"id":"QJZ5VA2NB3DW-0"}` +
				"\x81\x27" + `{"id":"QJZ5VA2NB3DW-1","data":"hello"}` + "\n" +
				"\x81\x26" + `{"id":"QJZ5VA2NB3DW-2","data":"again"}` +
				"\x81\x7e\x00\x85" + `{"id":"QJZ5VA2NB3DW-3","data":"` + long + `"}`,
		},
		"nchan's ws": {
			format: transportNamed(t, "ws").peers.format, events: append(nchanIDs, event{"1795760137:2", "with a type"}),
			text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" +
				"\x81\x17id: 1795760137:0\n\nhello\x81\x17id: 1795760137:1\n\nagain" +
				"\x81\x36id: 1795760137:2\ncontent-type: text/plain\n\nwith a type",
		},
		"our sse": {
			format: transportNamed(t, "sse").ours.format, events: our,
			text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
				"19\r\nid: QJZ5VA2NB3DW-0\n: hi\n\n\r\n13\r\nid: QJZ5VA2NB3DW-1\n\r\nd\r\ndata: hello\n\n\r\n" +
				"1f\r\nid: QJZ5VA2NB3DW-2\ndata:again\n\n\r\n",
		},
		"nchan's sse": {
			format: transportNamed(t, "sse").peers.format, events: append(nchanIDs, event{"1795760137:2", "two\nlines"}),
			text: "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n: hi\n\nid: 1795760137:0\ndata: hello\n\nid: 1795760137:1\ndata: again\n\n" +
				"id: 1795760137:2\ndata: two\ndata: lines\n\n",
		},
		"our stream": {
			format: transportNamed(t, "stream").ours.format, events: our,
			text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
				"18\r\n" + `{"id":"QJZ5VA2NB3DW-0"}` + "\n\r\n" +
				"27\r\n" + `{"id":"QJZ5VA2NB3DW-1","data":"hello"}` + "\n\r\n3\r\n{}\n\r\n" +
				"27\r\n" + `{"id":"QJZ5VA2NB3DW-2","data":"again"}` + "\n\r\n",
		},
		"nchan's stream": {
			format: transportNamed(t, "stream").peers.format, events: []event{{data: "hello"}, {data: "again"}},
			text: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello\nagain\n",
		},
		"our multipart": {
			format: transportNamed(t, "multipart").ours.format, events: our,
			text: "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=AB\r\n\r\n--AB\r\n" +
				"Content-Type: application/json\r\n\r\n" + `{"id":"QJZ5VA2NB3DW-0"}` + "\r\n--AB\r\n" +
				"Content-Type: application/json\r\n\r\n" + `{"id":"QJZ5VA2NB3DW-1","data":"hello"}` + "\r\n--AB\r\n" +
				"Content-Type: application/json\r\n\r\n" + `{"id":"QJZ5VA2NB3DW-2","data":"again"}` + "\r\n--AB\r\n",
		},
		"nchan's multipart": {
			format: transportNamed(t, "multipart").peers.format, events: nchanDates,
			text: "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=A/+B\r\n\r\n--A/+B\r\n" +
				"Last-Modified: " + date + "\r\nEtag: 0\r\n\r\nhello\r\n--A/+B\r\n" +
				"Last-Modified: " + date + "\r\nEtag: 1\r\n\r\nagain\r\n--A/+B",
		},
		"our longpoll": {
			format: transportNamed(t, "longpoll").ours.format, events: our, at: cursors, more: true,
			text: "HTTP/1.1 200 OK\r\nContent-Length: 128\r\n\r\n" +
				`{"cursor":"QJZ5VA2NB3DW-2","events":[{"id":"QJZ5VA2NB3DW-1","data":"hello"},{"id":"QJZ5VA2NB3DW-2","data":"again"}],"more":true}`,
		},
		"our poll, nothing new": {
			format: transportNamed(t, "poll").ours.format, at: cursors,
			text: "HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n" + `{"cursor":"QJZ5VA2NB3DW-2","events":[]}`,
		},
		"nchan's longpoll": {
			format: transportNamed(t, "longpoll").peers.format, events: nchanDates, at: position{modified: date, etag: "1"}, more: true,
			text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nLast-Modified: " + date + "\r\nEtag: 0\r\n\r\nhello" +
				"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nLast-Modified: " + date + "\r\nEtag: 1\r\n\r\nagain",
		},
		"nchan's poll, nothing new": {
			format: transportNamed(t, "poll").peers.format, events: nchanDates[:1], at: position{modified: date, etag: "0"},
			text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nLast-Modified: " + date + "\r\nEtag: 0\r\n\r\nhello" +
				"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range pieceSizes {
				_, out, err := readAll(c.format(), c.text, size)
				require.NoError(t, err)
				assert.Equal(t, c.events, out.events)
				assert.Equal(t, c.at, out.at)
				assert.Equal(t, c.more, out.more)
			}
		})
	}
}

// What is in the wrong form is an error, and no event.
func TestFormatsWrong(t *testing.T) {
	const stream = "HTTP/1.1 200 OK\r\n\r\n"
	const parted = "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=AB\r\n\r\n"
	for name, c := range map[string]struct {
		format format
		text   string
	}{
		"a binary message":      {&pieces{cut: frame, read: object}, "HTTP/1.1 101 OK\r\n\r\n\x82\x02{}"},
		"a masked frame":        {&pieces{cut: frame, read: object}, "HTTP/1.1 101 OK\r\n\r\n\x81\x82mask"},
		"a very long frame":     {&pieces{cut: frame, read: object}, "HTTP/1.1 101 OK\r\n\r\n\x81\x7f"},
		"no JSON":               {&pieces{cut: line, read: object}, stream + "hello\n"},
		"a gap":                 {&pieces{cut: line, read: object}, stream + `{"id":"1","type":"gap","data":""}` + "\n"},
		"a batch with a gap":    {batch{}, "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n" + `{"cursor":"1","events":[{"id":"","type":"x"}]}`[:44]},
		"no batch":              {batch{}, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n]"},
		"no message of nchan":   {&pieces{cut: line, read: meta}, stream + "hello\n"},
		"no boundary":           {parts(objectPart), stream + "--AB\r\n"},
		"no delimiter":          {parts(objectPart), parted + "==AB"},
		"a part without a head": {parts(nchanPart), parted + "--AB\r\nhello\r\n--AB"},
		"a part without JSON":   {parts(objectPart), parted + "--AB\r\nA: b\r\n\r\nhello\r\n--AB"},
	} {
		_, out, err := readAll(c.format, c.text, 1<<20)
		require.Error(t, err, name)
		assert.Empty(t, out.events, name)
	}
}

func transportNamed(t *testing.T, name string) *transport {
	t.Helper()
	found, err := named(name)
	require.NoError(t, err)
	return found[0]
}

// What a client sends, before and after it knows where to go on.
func TestRequests(t *testing.T) {
	poll := transportNamed(t, "poll")
	for _, c := range []struct {
		way  *way
		at   position
		want string
	}{
		{&poll.ours, position{}, "GET /comet/poll HTTP/1.1\r\nHost: h\r\n\r\n"},
		{&poll.ours, position{cursor: "A-1"}, "GET /comet/poll?cursor=A-1 HTTP/1.1\r\nHost: h\r\n\r\n"},
		{&poll.peers, position{}, "GET /comet/poll HTTP/1.1\r\nHost: h\r\n\r\n"},
		{&poll.peers, position{modified: "then", etag: "7"}, "GET /comet/poll HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: then\r\nIf-None-Match: 7\r\n\r\n"},
	} {
		assert.Equal(t, c.want, string(c.way.request(poll.path(), "h", c.at)))
	}
}
