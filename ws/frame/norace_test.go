//go:build !race

package frame_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
)

const raced = false

// TestAllocs: nothing on the path of a message allocates.
func TestAllocs(t *testing.T) {
	wire := frame.NewHeader(true, 0, frame.OpText, 70000).WithKey(0x3d21fa37).Append(nil)
	buf := make([]byte, frame.MaxHeader)
	payload := []byte("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.")
	copied := make([]byte, len(payload))
	closing := []byte("\x03\xe8going home")
	bad := []byte("\x03\xec")
	var u frame.UTF8
	var key frame.Key = 0x3d21fa37
	for name, f := range map[string]func(){
		"Parse":      func() { _, _, _ = frame.Parse(wire) },
		"Append":     func() { buf = frame.NewHeader(true, 0, frame.OpText, 300).WithKey(key).Append(buf[:0]) },
		"PutBefore":  func() { frame.NewHeader(true, 0, frame.OpText, 300).PutBefore(buf[:cap(buf)], cap(buf)) },
		"XOR":        func() { key = key.XOR(copied) },
		"XORCopy":    func() { key = key.XORCopy(copied, payload) },
		"UTF8":       func() { u.Reset(); u.Check(payload[:7]); u.Check(payload[7:]); u.Complete() },
		"Unmask":     func() { u.Reset(); _, _ = u.Unmask(payload[:7], 0); _, _ = u.Unmask(payload[7:], 0) },
		"ParseClose": func() { _, _, _ = frame.ParseClose(closing) },
		"violation":  func() { _, _, _ = frame.ParseClose(bad) },
	} {
		assert.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}
