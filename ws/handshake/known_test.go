package handshake

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A field is known in whatever case, and no other name is taken for it.
func TestIdentify(t *testing.T) {
	for id := fieldOther + 1; id < fieldIDs; id++ {
		name := fieldNames[id]
		assert.Equal(t, http.CanonicalHeaderKey(name), name, "http.Header finds it without making a string")
		wire := strings.Replace(name, "Websocket", "WebSocket", 1)
		for _, s := range []string{name, wire, strings.ToLower(name), strings.ToUpper(name)} {
			assert.Equal(t, id, identify([]byte(s)), s)
		}
		for i := range name {
			other := []byte(name)
			other[i] = '!'
			assert.Equal(t, fieldOther, identify(other), "%s", other)
		}
		for _, s := range []string{name + "x", name[1:], name[:len(name)-1]} {
			assert.Equal(t, fieldOther, identify([]byte(s)), s)
		}
	}
	for _, s := range []string{"", "\u212aost", "Cookie", strings.Repeat("x", 64), strings.Repeat("x", 68)} {
		assert.Equal(t, fieldOther, identify([]byte(s)), s)
	}
}

// Every known field, once and twice, is found among others by its id and by
// any spelling of its name.
func TestKnownValues(t *testing.T) {
	for id := fieldOther + 1; id < fieldIDs; id++ {
		name := fieldNames[id]
		lines := []string{"HTTP/1.1 101 X", "A: 1", strings.ToUpper(name) + ": \tfirst one ", "B:2"}
		for _, want := range [][]string{{"first one"}, {"first one", "second"}, {"first one", "second", ""}} {
			var h Head
			_, err := ParseResponse([]byte(head(lines...)), &h)
			require.NoError(t, err)
			assert.Equal(t, want, h.known(id), name)
			assert.Equal(t, want, h.Values(name), name)
			assert.Equal(t, want, h.Values(strings.ToLower(name)), name)
			assert.Equal(t, want, valuesOf(&h, id), name)
			header := http.Header{}
			for n, v := range h.All() {
				header.Add(n, v)
			}
			assert.Equal(t, want, valuesOf(header, id), name)
			assert.Equal(t, len(lines)-1, h.Len())
			// Appending to what the Head gave leaves the Head alone.
			_ = append(h.known(id), "other")
			for other := fieldOther + 1; other < fieldIDs; other++ {
				if other != id {
					assert.Nil(t, h.known(other), fieldNames[other])
				}
			}
			if len(want) == 1 {
				lines = append(lines, strings.ToLower(name)+": second")
			} else {
				lines = append(lines, name+":")
			}
		}
	}
}

// A head that is not complete, or wrong, has no fields.
func TestFieldsOfHalfAHead(t *testing.T) {
	var h Head
	for range 2 {
		n, err := ParseRequest([]byte("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"), &h)
		require.NoError(t, err)
		assert.Zero(t, n)
		assert.Zero(t, h.Len())
		assert.Empty(t, h.Text())
		assert.Nil(t, h.Values("Upgrade"))
		assert.Nil(t, h.Values("Anything"))
		for name := range h.All() {
			t.Error(name)
		}
		_, err = ParseRequest([]byte("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nHost: b\r\n\r\n"), &h)
		require.ErrorIs(t, err, ErrHost)
		assert.Zero(t, h.Len())
		assert.Empty(t, h.Text())
		assert.Nil(t, h.Values("Upgrade"))
		h.Reset()
	}
}
