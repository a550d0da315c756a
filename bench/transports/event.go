//go:build linux

package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// event is one as a transport gives it. nchan's plain streams have no IDs.
type event struct{ id, data string }

// position is where a client of polling goes on: ours after a cursor, nchan after
// what two header fields say.
type position struct{ cursor, modified, etag string }

// output is what a format has found.
type output struct {
	events []event
	at     position
	more   bool // polling: it is worth asking again at once
}

// begin is what now counts from.
var begin = time.Now()

// now is a monotonic clock in nanoseconds.
func now() int64 { return int64(time.Since(begin)) }

// The data of an event are its number, the instant of its publication, and
// filling.
const (
	numberDigits  = 8
	instantDigits = 16
	minSize       = numberDigits + 1 + instantDigits + 1
)

// dataOf makes the data of an event, of size octets.
func dataOf(number int, at int64, size int) string {
	s := fmt.Sprintf("%0*d %0*d ", numberDigits, number, instantDigits, at)
	return s + strings.Repeat("x", size-len(s))
}

// parseData takes them apart again. All of it has to be as dataOf has made it.
func parseData(data string, size int) (number int, at int64, err error) {
	if len(data) == size {
		number, err = strconv.Atoi(data[:numberDigits])
		if err == nil {
			at, err = strconv.ParseInt(data[numberDigits+1:minSize-1], 10, 64)
		}
		if err == nil && data == dataOf(number, at, size) {
			return number, at, nil
		}
	}
	return 0, 0, fmt.Errorf("not the data of an event of %d octets: %.200q", size, data)
}
