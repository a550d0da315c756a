package wsjson_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wsjson"
	"longwire.example/ws/wstest"
)

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

// against runs f with a connection and a peer of it.
func against(t *testing.T, o *ws.Options, f func(t *testing.T, c *ws.Conn, p *wstest.Peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := wstest.Pipe()
		c, err := ws.NewConn(near, ws.RoleServer, ws.Agreement{}, o)
		require.NoError(t, err)
		f(t, c, wstest.NewPeer(t, far, ws.RoleClient))
		_ = far.Close()
		_ = c.CloseNow()
	})
}

func TestRead(t *testing.T) {
	against(t, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		p.Send(wstest.Text(`{"item":"bo`).More(), wstest.Continuation(`lt","count":3,"more":true}`))
		got, err := wsjson.Read[order](t.Context(), c)
		require.NoError(t, err)
		assert.Equal(t, order{"bolt", 3}, got)

		p.Send(wstest.Text(" [1, 2]\n"))
		list, err := wsjson.Read[[]int](t.Context(), c)
		require.NoError(t, err)
		assert.Equal(t, []int{1, 2}, list)

		// What is kept of one message does not change with the next.
		p.Send(wstest.Text(`{"first":"one"}`), wstest.Text(`{"other":"two"}`))
		raw, err := wsjson.Read[json.RawMessage](t.Context(), c)
		require.NoError(t, err)
		_, err = wsjson.Read[json.RawMessage](t.Context(), c)
		require.NoError(t, err)
		assert.JSONEq(t, `{"first":"one"}`, string(raw))
	})
}

// What can't be decoded is named, and leaves the connection usable.
func TestReadErrors(t *testing.T) {
	for _, c := range []struct {
		message wstest.Frame
		strict  bool
		want    string
	}{
		{wstest.Text(`{"item":`), false, "text message of 8 octets is no JSON for wsjson_test.order: unexpected end of JSON input"},
		{wstest.Text(`{"item":`), true, "text message of 8 octets is no JSON for wsjson_test.order: unexpected EOF"},
		{wstest.Text(``), false, "text message of 0 octets is no JSON for wsjson_test.order: unexpected end of JSON input"},
		{wstest.Text(``), true, "text message of 0 octets is no JSON for wsjson_test.order: unexpected EOF"},
		{wstest.Text(`{"item":"x","count":"y"}`), false, "text message of 24 octets is no JSON for wsjson_test.order: json: cannot unmarshal string into Go struct field order.count of type int"},
		{wstest.Text(`{"color":1}`), true, `text message of 11 octets is no JSON for wsjson_test.order: json: unknown field "color"`},
		{wstest.Text(`{} {}`), false, "text message of 5 octets is no JSON for wsjson_test.order: invalid character '{' after top-level value"},
		{wstest.Text(`{} {}`), true, "text message of 5 octets is no JSON for wsjson_test.order: more than one JSON value"},
		{wstest.Text(`{} x`), true, "text message of 4 octets is no JSON for wsjson_test.order: more than one JSON value"},
		{wstest.Binary([]byte(`{}`)), false, "binary message of 2 octets is no JSON for wsjson_test.order: binary, not text"},
		{wstest.Binary([]byte(`{}`)), true, "binary message of 2 octets is no JSON for wsjson_test.order: binary, not text"},
	} {
		against(t, nil, func(t *testing.T, conn *ws.Conn, p *wstest.Peer) {
			read := wsjson.Read[order]
			if c.strict {
				read = wsjson.ReadStrict[order]
			}
			p.Send(c.message, wstest.Text(`{"item":"next"}`+"\r\n"))
			got, err := read(t.Context(), conn)
			require.EqualError(t, err, "wsjson: "+c.want)
			assert.Zero(t, got)
			var e *wsjson.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, len(c.message.Payload), e.Size)
			got, err = read(t.Context(), conn)
			require.NoError(t, err)
			assert.Equal(t, order{Item: "next"}, got)
		})
	}
}

// The errors of the connection come as they are.
func TestReadEnds(t *testing.T) {
	against(t, &ws.Options{MaxMessage: 10}, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := wsjson.Read[order](ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		p.Send(wstest.Text(`{"item":"much too long"}`))
		_, err = wsjson.Read[order](t.Context(), c)
		assert.Equal(t, ws.StatusMessageTooBig, ws.CloseStatus(err))
		var e *wsjson.Error
		require.NotErrorAs(t, err, &e)
	})
}

func TestMessages(t *testing.T) {
	for _, strict := range []bool{false, true} {
		against(t, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
			p.Send(wstest.Text(`{"item":"one"}`), wstest.Text(`?`), wstest.Text(`{"item":"two","color":"red"}`), wstest.Close(ws.StatusNormalClosure, ""))
			seq := wsjson.Messages[order]
			want := []string{"one", "error", "two"}
			if strict {
				seq = wsjson.MessagesStrict[order]
				want = []string{"one", "error", "error"}
			}
			var got []string
			for m, err := range seq(t.Context(), c) {
				var e *wsjson.Error
				switch {
				case errors.As(err, &e):
					m.Item = "error"
				default:
					assert.NoError(t, err)
				}
				got = append(got, m.Item)
			}
			assert.Equal(t, want, got, "and it ends silently")
		})
	}
	against(t, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		p.Send(wstest.Text(`1`), wstest.Text(`2`), wstest.Text(`3`))
		for v, err := range wsjson.Messages[int](t.Context(), c) {
			require.NoError(t, err)
			if v == 2 {
				break
			}
		}
		p.CloseWrite()
		var last error
		var sum int
		for v, err := range wsjson.Messages[int](t.Context(), c) {
			sum, last = sum+v, err
		}
		assert.Equal(t, 3, sum, "after leaving the loop the connection goes on")
		require.ErrorIs(t, last, ws.ErrNoClose)
	})
}

type badMarshaler string

func (b badMarshaler) MarshalJSON() ([]byte, error) {
	if b == "" {
		return nil, io.ErrNoProgress
	}
	return []byte(`"` + b + `"`), nil
}

func TestWrite(t *testing.T) {
	against(t, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		require.NoError(t, wsjson.Write(t.Context(), c, order{"<b>", 2}))
		p.Expect(wstest.Text(`{"item":"\u003cb\u003e","count":2}`))
		require.NoError(t, wsjson.Write(t.Context(), c, nil))
		p.Expect(wstest.Text(`null`))
		require.NoError(t, wsjson.Write(t.Context(), c, "line\n"))
		p.Expect(wstest.Text(`"line\n"`))

		// What can't be encoded sends nothing.
		require.ErrorContains(t, wsjson.Write(t.Context(), c, make(chan int)), "wsjson: can't encode chan int: ")
		require.ErrorIs(t, wsjson.Write(t.Context(), c, badMarshaler("")), io.ErrNoProgress)
		require.ErrorContains(t, wsjson.Write(t.Context(), c, badMarshaler("\xff")), "its JSON is not UTF-8")
		require.NoError(t, wsjson.Write(t.Context(), c, 1))
		p.Expect(wstest.Text(`1`))

		big := strings.Repeat("x", 100_000)
		go func() { assert.NoError(t, wsjson.Write(t.Context(), c, big)) }()
		p.ExpectMessage(wstest.Text(`"` + big + `"`))
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, wsjson.Write(t.Context(), c, 1), ws.ErrClosedNow)
	})
}

// Any number of goroutines may write.
func TestWriteConcurrently(t *testing.T) {
	against(t, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				for range 20 {
					assert.NoError(t, wsjson.Write(t.Context(), c, order{strings.Repeat(string(rune('a'+i)), 10*i), i}))
				}
			})
		}
		counts := map[int]int{}
		for range 50 * 20 {
			var o order
			require.NoError(t, json.Unmarshal(p.Next().Payload, &o))
			require.Equal(t, strings.Repeat(string(rune('a'+o.Count)), 10*o.Count), o.Item)
			counts[o.Count]++
		}
		wg.Wait()
		for i := range 50 {
			assert.Equal(t, 20, counts[i])
		}
	})
}
