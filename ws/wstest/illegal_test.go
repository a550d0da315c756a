package wstest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// judge feeds octets to a Receiver one by one and gives its error and how many
// octets had come by then.
func judge(role protocol.Role, deflate bool, octets []byte) (int, error) {
	r := protocol.NewReceiver(protocol.Rules{Role: role, Deflate: deflate})
	var b []byte
	for i, c := range octets {
		b = append(b, c)
		for {
			ev, n, err := r.Next(b)
			if err != nil {
				return i + 1, err
			}
			b = b[n:]
			if ev.Kind == protocol.KindNone {
				break
			}
		}
	}
	return len(octets), nil
}

// Each line of the table fails with its violation, at the octet that it names
// and not before, and every violation that is not a limit is there.
//
//req:test RFC6455-5.1-02 RFC6455-5.1-03 RFC6455-5.1-05 RFC6455-5.1-06
//req:test RFC6455-5.2-03 RFC6455-5.2-04 RFC6455-5.2-05 RFC6455-5.2-06
//req:test RFC6455-5.4-08 RFC6455-5.5-01 RFC6455-5.5-02 RFC6455-8.1-01
func TestW14_IllegalTable(t *testing.T) {
	seen := map[*frame.Error]bool{}
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		names := map[string]bool{}
		for _, c := range wstest.Illegal(role) {
			assert.False(t, names[c.Name], "two lines are called %q", c.Name)
			names[c.Name] = true
			seen[c.Err] = true
			octets := c.Octets(role)
			require.LessOrEqual(t, c.Decided, len(octets), c.Name)
			at, err := judge(role, c.Deflate, octets)
			assert.Equal(t, error(c.Err), err, "%v: %s", role, c.Name)
			assert.Equal(t, c.Decided, at, "%v: %s", role, c.Name)
			if c.Deflate {
				_, err := judge(role, false, octets)
				assert.Error(t, err, "%v without deflate: %s", role, c.Name)
			}
		}
	}
	limits := map[*frame.Error]bool{
		frame.ErrFrameTooBig: true, frame.ErrMessageTooBig: true, frame.ErrTooManyFragments: true,
		frame.ErrInflate: true, frame.ErrInflateRatio: true, frame.ErrControlFlood: true, frame.ErrUnexpectedData: true, frame.ErrUnsupportedData: true,
	}
	for _, v := range frame.Violations() {
		assert.NotEqual(t, limits[v], seen[v], v.Token)
	}
}
