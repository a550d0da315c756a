package wsjson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"longwire.example/ws"
)

// encoding is an encoder with its buffer.
type encoding struct {
	buf bytes.Buffer
	enc *json.Encoder
}

var encodings = sync.Pool{New: func() any {
	e := new(encoding)
	e.enc = json.NewEncoder(&e.buf)
	return e
}}

// errNotUTF8 is for a Marshaler that gives what no text message may hold: the
// peer would fail the connection.
var errNotUTF8 = errors.New("its JSON is not UTF-8")

// Write sends v as one text message of JSON, as json.Marshal encodes it. When
// v can't be encoded nothing is sent. It may be called from any goroutine.
func Write(ctx context.Context, c *ws.Conn, v any) error {
	e := encodings.Get().(*encoding)
	defer func() {
		if e.buf.Cap() <= maxPooled {
			encodings.Put(e)
		}
	}()
	e.buf.Reset()
	if err := e.enc.Encode(v); err != nil {
		return fmt.Errorf("wsjson: can't encode %T: %w", v, err)
	}
	p := bytes.TrimSuffix(e.buf.Bytes(), []byte{'\n'})
	if !utf8.Valid(p) {
		return fmt.Errorf("wsjson: can't encode %T: %w", v, errNotUTF8)
	}
	return c.Write(ctx, ws.Text, p)
}
