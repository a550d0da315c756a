//go:build !race

package protocol_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Both halves are fields of every connection.
func TestSizes(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(protocol.Receiver{}), uintptr(96))
	assert.LessOrEqual(t, unsafe.Sizeof(protocol.Sender{}), uintptr(48))
}

// Nothing is allocated on the path of a message, in either half.
func TestAllocations(t *testing.T) {
	none := func(name string, f func() error) {
		t.Helper()
		var err error
		assert.Zero(t, testing.AllocsPerRun(100, func() { err = f() }), name)
		assert.NoError(t, err, name)
	}
	long := strings.Repeat("é", 3000)
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		wire := join(encoder(role)(fin|opText, "short"), encoder(role)(fin|opText, long), encoder(role)(opBinary, long), encoder(role)(fin|opPing, "p"), encoder(role)(fin|opCont, long))
		r := protocol.NewReceiver(protocol.Rules{Role: role, MaxMessage: 1 << 20})
		buf := make([]byte, len(wire))
		none("Next as "+role.String(), func() error {
			b := buf[:copy(buf, wire)]
			for len(b) > 0 {
				_, n, err := r.Next(b)
				if err != nil {
					return err
				}
				b = b[n:]
			}
			return nil
		})
		whole := encoder(role)(fin|opText, long)
		head := len(whole) - len(long)
		none("Direct as "+role.String(), func() error {
			b := buf[:copy(buf, whole)]
			if _, _, err := r.Next(b[:head]); err != nil {
				return err
			}
			_, err := r.Direct(b[head:])
			return err
		})

		s := protocol.NewSender(role, true)
		p := []byte(long)
		out := make([]byte, 0, len(p)+2*frame.MaxHeader)
		none("AppendFrame as "+role.String(), func() error {
			_, err := s.AppendFrame(out, frame.OpText, protocol.Fin, p)
			return err
		})
		none("Header as "+role.String(), func() error {
			b, key, err := s.Header(out, frame.OpBinary, protocol.Fin|protocol.Compressed, int64(len(p)))
			if err == nil {
				key.XORCopy(b[len(b):len(b)+len(p)], p)
			}
			return err
		})
		event := pingEvent("ping")
		none("Answer as "+role.String(), func() error {
			_, err := s.Answer(out, event)
			return err
		})
		open := s
		none("the end as "+role.String(), func() error {
			s = open
			_, err := s.AppendClose(out, frame.CloseNormal, "bye")
			s = open
			s.Fail(out, frame.ErrMasked)
			return err
		})
	}
	k := protocol.NewKeepalive(10, 5, 0)
	l := protocol.NewRateLimit(1000)
	var now int64
	none("time", func() error {
		now++
		k.Received(now)
		k.Next(now)
		l.Allow(now)
		return nil
	})
	// A failure costs nothing either: every violation is one variable.
	bad := fromServer(fin|opText, "x")
	none("a violation", func() error {
		r := protocol.NewReceiver(protocol.Rules{})
		_, _, _ = r.Next(bad)
		return nil
	})
}
