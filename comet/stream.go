package comet

// stream is XHR streaming: a response without end, one event a line, which a page
// reads as it grows.
func (x *exchange) stream() error {
	if err := x.begin(); err != nil {
		return err
	}
	f := feed{exchange: x, idle: []byte("\n"), wrap: func(b []byte, e event) []byte {
		return append(e.append(b), '\n')
	}}
	return f.run("application/x-ndjson", "", "")
}
