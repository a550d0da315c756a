package parser

import (
	"math"
	"time"
)

// field is what a line is.
type field uint8

const (
	fieldUndecided field = iota // too little of the line is there
	fieldData
	fieldEvent
	fieldID
	fieldRetry
	fieldComment
	fieldIgnored // an unknown field, or a comment that nobody asked for
)

// names are the fields that have a meaning, as they begin a line. No two of
// them begin with the same octet.
var names = [...]string{fieldUndecided: "", fieldData: "data:", fieldEvent: "event:", fieldID: "id:", fieldRetry: "retry:", fieldComment: ":"}

// split tells what a whole line is, which is not blank, and gives its value.
//
//req:impl SSE-9.2.6-06 SSE-9.2.6-07 SSE-9.2.6-10 SSE-9.2.6-15
func split(line []byte, comments bool) (f field, v []byte) {
	switch {
	case len(line) >= 5 && string(line[:5]) == "data:":
		f, v = fieldData, line[5:]
	case len(line) >= 3 && string(line[:3]) == "id:":
		f, v = fieldID, line[3:]
	case len(line) >= 6 && string(line[:6]) == "event:":
		f, v = fieldEvent, line[6:]
	case len(line) >= 6 && string(line[:6]) == "retry:":
		f, v = fieldRetry, line[6:]
	case line[0] != ':':
		return named(line), line[len(line):]
	case comments:
		f, v = fieldComment, line[1:]
	default:
		return fieldIgnored, nil
	}
	if len(v) > 0 && v[0] == ' ' {
		v = v[1:]
	}
	return f, v
}

// begins tells what a line that begins with c can be.
func begins(c byte, comments bool) field {
	switch c {
	case 'd':
		return fieldData
	case 'e':
		return fieldEvent
	case 'i':
		return fieldID
	case 'r':
		return fieldRetry
	case ':':
		if comments {
			return fieldComment
		}
	}
	return fieldIgnored
}

// named tells what a whole line without a colon is: all of it is the name.
//
//req:impl SSE-9.2.6-08
func named(line []byte) field {
	for f := fieldData; f <= fieldRetry; f++ {
		if string(line) == names[f][:len(names[f])-1] {
			return f
		}
	}
	return fieldIgnored
}

// maxRetry is the longest reconnection time that a time.Duration holds, in
// milliseconds.
const maxRetry = math.MaxInt64 / int64(time.Millisecond)

// parseRetry reads the value of a retry field: ASCII digits and nothing else,
// clamped to maxRetry. A value without any digit is no integer.
//
//req:impl SSE-9.2.6-14
func parseRetry(v []byte) (time.Duration, bool) {
	if len(v) == 0 {
		return 0, false
	}
	ms := int64(0)
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		ms = min(ms, maxRetry)*10 + int64(c-'0')
	}
	ms = min(ms, maxRetry)
	return time.Duration(ms) * time.Millisecond, true
}
