package handshake

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The grammar of section 9.1, with its own examples.
//
//req:test RFC6455-4.3-01 RFC6455-9.1-02 RFC6455-9.1-03 RFC6455-9-01 RFC6455-11.3.2-01
func TestParseExtensions(t *testing.T) {
	for _, c := range []struct {
		in   []string
		want string // as AppendExtensions writes it
	}{
		{nil, ""},
		{[]string{"foo"}, "foo"},
		{[]string{"deflate-stream"}, "deflate-stream"},
		{[]string{"mux; max-channels=4; flow-control, deflate-stream"}, "mux; max-channels=4; flow-control, deflate-stream"},
		{[]string{"private-extension"}, "private-extension"},
		{[]string{"foo", "bar; baz=2"}, "foo, bar; baz=2"},
		{[]string{"foo, bar; baz=2"}, "foo, bar; baz=2"},
		{[]string{"permessage-deflate; client_max_window_bits"}, "permessage-deflate; client_max_window_bits"},
		{[]string{"a\t ;\tb = c ; d , e"}, "a; b=c; d, e"},
		{[]string{",, a,, b ,", "", "\t"}, "a, b"},
		{[]string{`a;b="c"`}, "a; b=c"},
		{[]string{`a;b="\c\d"`}, "a; b=cd"},
		{[]string{`a;b= "c" ;d="e\f",g`}, "a; b=c; d=ef, g"},
		{[]string{"a; b=1; b=2, a"}, "a; b=1; b=2, a"}, // for the extension to judge
		{[]string{"!#$%&'*+-.^_`|~09azAZ"}, "!#$%&'*+-.^_`|~09azAZ"},
	} {
		list, err := ParseExtensions(c.in)
		require.NoError(t, err, c.in)
		assert.Equal(t, c.want, string(AppendExtensions(nil, list)))
		for _, e := range list {
			require.NoError(t, e.Check())
		}
	}
	list, err := ParseExtensions([]string{"a; b=c; d"})
	require.NoError(t, err)
	assert.Equal(t, []Extension{{Name: "a", Params: []Param{{"b", "c"}, {"d", ""}}}}, list)
	assert.Equal(t, "a; b=c; d", list[0].String())
}

// Whatever is not in the grammar fails, alone and in company, on both sides.
//
//req:test RFC6455-4.3-01 RFC6455-9.1-01 RFC6455-9.1-02
func TestW5_MalformedExtensions(t *testing.T) {
	for _, s := range []string{
		";", "=", "a;", "a; ", "a;;b", "a; ;b", "a=b", "a b", "a; b c", "a; =c", "a; b=", "a; b= ;c", "a; b==c", "a; b=c d", "a; b=c=d",
		`"a"`, `a; "b"`, `a; b="`, `a; b="c`, `a; b="c\`, `a; b="c\"`, `a; b=""`, `a; b="\"`, `a; b="c d"`, `a; b="c,d"`, `a; b="c;d"`,
		`a; b="\""`, `a; b="\\"`, `a; b="c"d`, `a; b=c"d"`, `a; b="ä"`, "a; b=ä", "ä", "a\x00", "a\r\nb", "a; b=\"\x00\"", "a/b", "a; b=(", "a;\u00a0b",
	} {
		for _, values := range [][]string{{s}, {"ok", s}, {"ok, " + s + ", ok"}} {
			list, err := ParseExtensions(values)
			require.ErrorIs(t, err, ErrExtensions, "%q", values)
			assert.Nil(t, list)
			assert.True(t, only(asError(t, err).Text, classValue), "%q", err)
			_, err = Verify(sampleClient(), 101, headers(
				"Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", sampleAccept,
				"Sec-WebSocket-Extensions", strings.Join(values, ",")))
			require.ErrorIs(t, err, ErrExtensions, "in an answer: %q", values)
		}
	}
	for _, values := range [][]string{{""}, {","}, {" ", "\t,"}} {
		_, err := ParseExtensions(values)
		require.ErrorIs(t, err, ErrExtensions, "%q", values)
	}
}

// Exactly at each cap it passes, one more is refused.
func TestW5_ExtensionsAreCapped(t *testing.T) {
	ok := func(s ...string) bool { _, err := ParseExtensions(s); return err == nil }
	assert.True(t, ok(strings.Repeat("a,", MaxExtensions)))
	assert.False(t, ok(strings.Repeat("a,", MaxExtensions+1)))
	assert.False(t, ok(strings.Repeat("a,", MaxExtensions), "a"))
	assert.True(t, ok("a"+strings.Repeat(";b", MaxParams)))
	assert.False(t, ok("a"+strings.Repeat(";b", MaxParams+1)))
	assert.False(t, ok("a"+strings.Repeat(";b", MaxParams), "c;d"))
	assert.True(t, ok(strings.Repeat("a", MaxExtensionBytes)))
	assert.False(t, ok(strings.Repeat("a", MaxExtensionBytes+1)))
	assert.False(t, ok(strings.Repeat("a", MaxExtensionBytes), "a"))
}

// Quoted strings are where a grammar becomes quadratic. Each octet of a list
// is taken off once: the parser only ever moves forward in s, and a quoted
// string is searched at most twice, of which the caps allow MaxParams.
func TestW5_NothingPanics(t *testing.T) {
	for _, s := range []string{
		"a;b=" + strings.Repeat(`"\`, 2000), "a;b=\"" + strings.Repeat(`\a`, 2000), "a;b=" + strings.Repeat(`"a"`, 1000),
		"a" + strings.Repeat(";b=\"c\\c\"", 60), strings.Repeat(" ", 4096), strings.Repeat(",", 4096), strings.Repeat(";", 4096), strings.Repeat("\"", 4096),
	} {
		assert.NotPanics(t, func() { _, _ = ParseExtensions([]string{s}) })
	}
	// Every string of up to five octets over the grammar's own alphabet.
	const alphabet = "a ,;=\"\\"
	var all func(prefix string)
	all = func(prefix string) {
		list, err := ParseExtensions([]string{prefix})
		if err == nil {
			again, err := ParseExtensions([]string{string(AppendExtensions(nil, list))})
			require.NoError(t, err, "%q", prefix)
			require.Equal(t, list, again, "%q", prefix)
		}
		if len(prefix) < 5 {
			for i := range len(alphabet) {
				all(prefix + alphabet[i:i+1])
			}
		}
	}
	all("")
	all("a;b=")
}

func TestExtensionCheck(t *testing.T) {
	require.NoError(t, Extension{Name: "a", Params: []Param{{"b", ""}, {"c", "d"}}}.Check())
	for _, e := range []Extension{
		{},
		{Name: "a b"},
		{Name: "a,b"},
		{Name: "a\r\n"},
		{Name: "a", Params: []Param{{"", "b"}}},
		{Name: "a", Params: []Param{{"b c", ""}}},
		{Name: "a", Params: []Param{{"b", `"c"`}}},
	} {
		assert.Error(t, e.Check(), "%+v", e)
	}
}
