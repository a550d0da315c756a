package wsjson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"sync"

	"longwire.example/ws"
)

// ErrBinary is the cause of an Error for a binary message.
var ErrBinary = errors.New("binary, not text")

// ErrTrailing is the cause of an Error for octets after the value.
var ErrTrailing = errors.New("more than one JSON value")

// Error tells that a message is not JSON for the type that was asked for. The
// message is gone and the connection as it was.
type Error struct {
	Type ws.MessageType // of the message
	Size int            // of the message, in octets
	Want string         // the Go type that was asked for
	Err  error          // an error of encoding/json, ErrBinary or ErrTrailing
}

// Error names the message, the type and the cause.
func (e *Error) Error() string {
	return fmt.Sprintf("wsjson: %v message of %d octets is no JSON for %s: %v", e.Type, e.Size, e.Want, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// maxPooled is the largest buffer that is kept for other messages.
const maxPooled = 64 << 10

// buffers hold messages while they are decoded.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Read reads one message into a T. Object keys that T has no field for are
// ignored. When it returns an *Error the message was not JSON for T; other
// errors, and what they mean for the connection, are those of ws.Conn.Read.
func Read[T any](ctx context.Context, c *ws.Conn) (T, error) { return read[T](ctx, c, false) }

// ReadStrict is Read, except that an object key that T has no field for is an
// error.
func ReadStrict[T any](ctx context.Context, c *ws.Conn) (T, error) { return read[T](ctx, c, true) }

func read[T any](ctx context.Context, c *ws.Conn, strict bool) (T, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	t, p, err := c.ReadInto(ctx, (*buf)[:0])
	if err != nil {
		var none T
		return none, err
	}
	if cap(p) <= maxPooled {
		*buf = p
	}
	return decode[T](t, p, strict)
}

// Messages gives the messages of the connection one after the other, as
// ws.Conn.Messages does. A message that is not JSON for T is given as an
// *Error; the loop may go on with the next one. After any other error it ends.
func Messages[T any](ctx context.Context, c *ws.Conn) iter.Seq2[T, error] {
	return messages[T](ctx, c, false)
}

// MessagesStrict is Messages, except that an object key that T has no field
// for is an error.
func MessagesStrict[T any](ctx context.Context, c *ws.Conn) iter.Seq2[T, error] {
	return messages[T](ctx, c, true)
}

func messages[T any](ctx context.Context, c *ws.Conn, strict bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for m, err := range c.Messages(ctx) {
			var v T
			if err == nil {
				// json keeps nothing of its input, so what is borrowed will do.
				v, err = decode[T](m.Type, m.Data, strict)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// decode gives the value of one message, or the zero value and an *Error.
func decode[T any](t ws.MessageType, p []byte, strict bool) (T, error) {
	var v T
	err := ErrBinary
	switch {
	case t != ws.Text:
	case strict:
		err = unmarshalStrict(p, &v)
	default:
		err = json.Unmarshal(p, &v)
	}
	if err != nil {
		var none T // v may be half filled
		return none, &Error{Type: t, Size: len(p), Want: reflect.TypeFor[T]().String(), Err: err}
	}
	return v, nil
}

func unmarshalStrict(p []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(p))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF // an empty message is no clean end
		}
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrTrailing
	}
	return nil
}
