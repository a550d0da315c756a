package ws

import (
	"log/slog"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// another gives a value of the type of v that is not v's.
func another(t *testing.T, v reflect.Value) reflect.Value {
	t.Helper()
	switch v.Kind() {
	case reflect.Bool:
		return reflect.ValueOf(!v.Bool()).Convert(v.Type())
	case reflect.Int, reflect.Int64:
		return reflect.ValueOf(v.Int() + 1).Convert(v.Type())
	case reflect.Slice:
		return reflect.Append(v, reflect.ValueOf("another.example"))
	case reflect.Pointer:
		return reflect.New(v.Type().Elem())
	case reflect.Func:
		return reflect.MakeFunc(v.Type(), func([]reflect.Value) []reflect.Value { return nil })
	default:
		require.FailNow(t, "a field of a kind that this test does not know", v.Type())
		return v
	}
}

// Settings are shared by the connections of a Group whose Options say the same,
// and by no others: no field of Options is left out.
func TestSharedSettings(t *testing.T) {
	full := func() *Options {
		return &Options{
			Subprotocols: []string{"a"}, Origins: []string{"https://a.example"},
			Compression: &Compression{Level: 1, ServerMaxWindowBits: 9, ClientMaxWindowBits: 9}, Group: &Group{}, Logger: slog.Default(),
		}
	}
	o := full()
	first, err := newSettings(o)
	require.NoError(t, err)
	same := *o
	same.Subprotocols, same.Origins = []string{"a"}, []string{"https://a.example"}
	same.Compression = &Compression{Level: 1, ServerMaxWindowBits: 9, ClientMaxWindowBits: 9}
	second, err := newSettings(&same)
	require.NoError(t, err)
	assert.Same(t, first, second)

	var fields func(v reflect.Value, path string, f func(v reflect.Value, path string))
	fields = func(v reflect.Value, path string, f func(v reflect.Value, path string)) {
		for i := range v.NumField() {
			p := path + "." + v.Type().Field(i).Name
			if v.Field(i).Kind() == reflect.Struct {
				fields(v.Field(i), p, f)
				continue
			}
			f(v.Field(i), p)
		}
	}
	change := func(v reflect.Value, path string) {
		if path == ".Group" {
			return // that is where they are
		}
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(another(t, v))
		got, err := newSettings(o)
		require.NoError(t, err, path)
		assert.NotSame(t, first, got, path)
		v.Set(old)
		first, err = newSettings(o)
		require.NoError(t, err)
		assert.NotSame(t, got, first, path)
	}
	fields(reflect.ValueOf(o).Elem(), "", change)
	fields(reflect.ValueOf(o.Compression).Elem(), ".Compression", change)

	// What is changed in place is seen too.
	o.Subprotocols[0] = "b"
	got, err := newSettings(o)
	require.NoError(t, err)
	assert.NotSame(t, first, got)
	assert.Equal(t, []string{"b"}, got.policy.Subprotocols)
	o.Origins[0] = "nonsense*"
	_, err = newSettings(o)
	require.Error(t, err)
	o.Origins[0] = "https://a.example"
	again, err := newSettings(o)
	require.NoError(t, err)
	assert.Same(t, got, again, "wrong options change nothing")

	// Functions are told apart by what they refer to.
	hooks := func(n *int) func(*Conn, *CloseError) { return func(*Conn, *CloseError) { *n++ } }
	var a, b int
	o.Hooks.End = hooks(&a)
	one, err := newSettings(o)
	require.NoError(t, err)
	two, err := newSettings(o)
	require.NoError(t, err)
	assert.Same(t, one, two)
	o.Hooks.End = hooks(&b)
	two, err = newSettings(o)
	require.NoError(t, err)
	assert.NotSame(t, one, two)

	// Without a Group there is no place for them.
	o.Group = nil
	one, err = newSettings(o)
	require.NoError(t, err)
	two, err = newSettings(o)
	require.NoError(t, err)
	assert.NotSame(t, one, two)
}
