package main

import (
	"encoding/hex"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// The records of GET /frames/TOKEN: JSON objects, one a line, told apart by
// "type". Octets are hexadecimal, times are milliseconds since the connection
// opened, sections are of RFC 6455 where no other is named.

// readyRecord comes first, at once: from now on the token can be used to
// connect.
type readyRecord struct {
	Type       string `json:"type"`       // "ready"
	MaxMessage int64  `json:"maxMessage"` // -max-message, in octets
	// Subprotocols are those that the server speaks.
	Subprotocols []string `json:"subprotocols"`
}

// openRecord is the opening handshake, without fields that are not part of it.
type openRecord struct {
	Type        string `json:"type"` // "open"
	Connection  uint64 `json:"connection"`
	Subprotocol string `json:"subprotocol"`
	// Extensions are those in use, with their parameters.
	Extensions []string       `json:"extensions"`
	Deflate    *deflateRecord `json:"deflate"` // what permessage-deflate was agreed to do, or null
	Request    []line         `json:"request"`
	Response   []line         `json:"response"`
}

// line is one line of the handshake.
type line struct {
	Text    string `json:"text"`
	Section string `json:"section"`
}

// frameRecord is one frame.
type frameRecord struct {
	Type string  `json:"type"` // "frame"
	From string  `json:"from"` // "client" or "server"
	At   float64 `json:"at"`
	// Offset is how many octets of this direction came before the frame.
	Offset int64  `json:"offset"`
	Opcode int    `json:"opcode"`
	Name   string `json:"name"` // of the opcode
	Fin    bool   `json:"fin"`
	RSV    int    `json:"rsv"` // 4: RSV1, 2: RSV2, 1: RSV3
	Masked bool   `json:"masked"`
	Length int64  `json:"length"` // of the payload, as declared
	Header string `json:"header"` // as on the wire
	Key    string `json:"key"`    // "" when not masked
	// Payload is the beginning of the payload, unmasked.
	Payload string `json:"payload"`
	// Partial tells that the stream ended inside the frame.
	Partial bool `json:"partial"`
	// Compressed tells that the frame is of a compressed message; only the
	// first one has RSV1.
	Compressed bool           `json:"compressed"`
	Inflated   *inflated      `json:"inflated"` // what its payload gave, or null
	Fields     []field        `json:"fields"`
	Violation  *violation     `json:"violation"` // or null
	Close      *closeField    `json:"close"`     // of a Close frame with a code, or null
	Message    *messageRecord `json:"message"`   // on the last frame of a message, or null
}

// field is one field of a frame, as section 5.2 names it.
type field struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Bits    string `json:"bits"` // "1... ....", or "" for whole octets
	Section string `json:"section"`
}

type violation struct {
	Text    string `json:"text"`
	Token   string `json:"token"`
	Code    int    `json:"code"` // the close code that answers it
	RFC     string `json:"rfc"`  // that Section is of: "6455" or "7692"
	Section string `json:"section"`
	Detail  string `json:"detail"`
}

type closeField struct {
	Code   int    `json:"code"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// droppedRecord stands where frames are missing, since the reader was slow.
type droppedRecord struct {
	Type   string `json:"type"` // "dropped"
	Frames int    `json:"frames"`
}

// endRecord comes last: the connection has ended, or the token expired.
type endRecord struct {
	Type   string `json:"type"` // "end"
	Code   int    `json:"code"` // 0 without a connection
	Text   string `json:"text"` // of the code
	Reason string `json:"reason"`
	Remote bool   `json:"remote"` // the page closed first
	Cause  string `json:"cause"`  // "" when both Close frames were exchanged
}

// milliseconds keeps microseconds.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/1e3) / 1e3
}

func newOpenRecord(number uint64, info ws.Info) *openRecord {
	return &openRecord{
		Type:        "open",
		Connection:  number,
		Subprotocol: info.Subprotocol,
		Extensions:  append([]string{}, info.Extensions...),
		Deflate:     newDeflateRecord(info),
		Request:     requestLines(info),
		Response:    responseLines(info),
	}
}

// requestFields are the fields of the request that belong to the handshake,
// with their sections. Cookies and all others are left out.
var requestFields = []struct{ name, section string }{
	{"Upgrade", "4.1"},
	{"Connection", "4.1"},
	{"Origin", "10.2"},
	{"Sec-WebSocket-Version", "4.1"},
	{"Sec-WebSocket-Key", "4.1"},
	{"Sec-WebSocket-Protocol", "1.9"},
	{"Sec-WebSocket-Extensions", "9.1"},
}

func requestLines(info ws.Info) []line {
	lines := []line{
		{"GET " + info.Target + " HTTP/1.1", "4.1"},
		{"Host: " + info.Host, "4.1"},
	}
	for _, f := range requestFields {
		for _, v := range info.Header.Values(f.name) {
			lines = append(lines, line{f.name + ": " + v, f.section})
		}
	}
	return lines
}

// responseLines are what the handshake answers to such a request.
func responseLines(info ws.Info) []line {
	key := info.Header.Get("Sec-WebSocket-Key")
	lines := []line{
		{"HTTP/1.1 101 " + http.StatusText(http.StatusSwitchingProtocols), "4.2.2"},
		{"Upgrade: websocket", "4.2.2"},
		{"Connection: Upgrade", "4.2.2"},
		{"Sec-WebSocket-Accept: " + handshake.Accept(key), "4.2.2"},
	}
	if info.Subprotocol != "" {
		lines = append(lines, line{"Sec-WebSocket-Protocol: " + info.Subprotocol, "1.9"})
	}
	for _, e := range info.Extensions {
		lines = append(lines, line{"Sec-WebSocket-Extensions: " + e, "9.1"})
	}
	return lines
}

func newFrameRecord(e *frameEvent) *frameRecord {
	h := e.an.Header
	r := &frameRecord{
		Type:    "frame",
		From:    "client",
		At:      milliseconds(e.at),
		Offset:  e.an.Offset,
		Opcode:  int(h.Opcode()),
		Name:    h.Opcode().String(),
		Fin:     h.Fin(),
		RSV:     int(h.RSV() >> 4),
		Masked:  h.Masked(),
		Length:  h.Length,
		Payload: hex.EncodeToString(e.an.Payload),
		Partial: e.an.Partial,
		Fields:  []field{},

		Compressed: e.an.Compressed,
		Message:    e.message,
	}
	if e.from == frame.SideServer {
		r.From = "server"
	}
	var header []byte
	for _, f := range e.an.Fields {
		r.Fields = append(r.Fields, field{f.Name, f.Value, f.Bits, f.Section})
		switch {
		case f.Name == "masking key":
			r.Key = hex.EncodeToString(f.Octets)
			header = append(header, f.Octets...)
		case f.Name == "extended payload length", f.Name == "FIN", f.Name == "MASK":
			header = append(header, f.Octets...)
		}
	}
	r.Header = hex.EncodeToString(header)
	if v, ok := errors.AsType[*frame.Error](e.an.Err); ok {
		rfc, _, _ := strings.Cut(strings.TrimPrefix(v.Req, "RFC"), "-")
		r.Violation = &violation{v.Text, v.Token, int(v.Code), rfc, v.Section(), e.an.Detail}
	}
	if e.an.Inflates {
		r.Inflated = &inflated{e.an.InflatedLength, hex.EncodeToString(e.an.Inflated)}
	}
	if h.Opcode() == frame.OpClose && len(e.an.Payload) >= 2 && !e.an.Partial {
		code, reason, _ := frame.ParseClose(e.an.Payload)
		r.Close = &closeField{int(code), code.String(), string(reason)}
	}
	return r
}

func newEndRecord(err *ws.CloseError) *endRecord {
	r := &endRecord{
		Type:   "end",
		Code:   int(err.Code),
		Text:   err.Code.String(),
		Reason: err.Reason,
		Remote: err.Remote,
	}
	if err.Err != nil {
		r.Cause = strings.TrimPrefix(err.Err.Error(), "ws: ")
	}
	return r
}
