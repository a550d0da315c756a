package sse

import "context"

// valueContext is a context that also has the values of another one. The
// requests of a Stream end with the context of a loop and have the values of
// the request's own as well, such as those of net/http/httptrace.
type valueContext struct {
	context.Context
	values context.Context
}

func (c valueContext) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.values.Value(key)
}
