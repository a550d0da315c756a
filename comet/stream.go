package comet

// stream is XHR streaming: a response without end, one event a line, which a page
// reads as it grows. No line break can stand in JSON as it is written here, so a
// line is an event, however the response is cut on its way.
func (x *exchange) stream() error {
	if err := x.begin(); err != nil {
		return err
	}
	f := feed{exchange: x, after: "\n"}
	return f.run("application/x-ndjson", "")
}
