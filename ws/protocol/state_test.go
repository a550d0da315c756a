package protocol_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/protocol"
)

// Short names, so that the table fits.
const (
	connecting    = protocol.Connecting
	open          = protocol.Open
	closeSent     = protocol.CloseSent
	closeReceived = protocol.CloseReceived
	closeDone     = protocol.CloseDone
	failed        = protocol.Failed
	closed        = protocol.Closed
)

// The whole table, every state with every input, written down a second time.
// The columns are handshake complete, send Close, receive Close, fail,
// transport closed.
//
//req:test RFC6455-4.1-47 RFC6455-4.2.2-17 RFC6455-5.5.1-14
//req:test RFC6455-7.1.3-01 RFC6455-7.1.4-01
func TestStateTable(t *testing.T) {
	want := map[protocol.State][5]protocol.State{
		connecting:    {open, connecting, connecting, failed, closed},
		open:          {open, closeSent, closeReceived, failed, closed},
		closeSent:     {closeSent, closeSent, closeDone, failed, closed},
		closeReceived: {closeReceived, closeDone, closeReceived, failed, closed},
		closeDone:     {closeDone, closeDone, closeDone, closeDone, closed},
		failed:        {failed, failed, failed, failed, closed},
		closed:        {closed, closed, closed, closed, closed},
	}
	rows := map[[2]any]protocol.State{}
	for _, r := range protocol.Transitions() {
		key := [2]any{r.From, r.On}
		require.NotContains(t, rows, key, "one row for each state and input")
		require.NotEqual(t, r.From, r.To, "a row that leads nowhere")
		require.Regexp(t, `^\d+(\.\d+)*$`, r.Section)
		rows[key] = r.To
	}
	for from, line := range want {
		for on, to := range line {
			assert.Equal(t, to, from.After(protocol.Input(on)), "%v, %v", from, protocol.Input(on))
			row, moves := rows[[2]any{from, protocol.Input(on)}]
			assert.Equal(t, to != from, moves, "%v, %v", from, protocol.Input(on))
			if moves {
				assert.Equal(t, to, row)
			}
		}
	}
	assert.Equal(t, protocol.State(99), protocol.State(99).After(protocol.InputFail))
	assert.Equal(t, open, open.After(protocol.Input(99)))
}

// Every state is reached from the first, each can reach closed, and nothing
// leads back.
func TestStatesGoForward(t *testing.T) {
	reached := map[protocol.State]bool{connecting: true}
	for range 7 {
		for _, r := range protocol.Transitions() {
			if reached[r.From] {
				reached[r.To] = true
			}
			assert.Less(t, r.From, r.To, "the order of the states is the order of time")
		}
	}
	assert.Len(t, reached, 7)
	for s := range reached {
		assert.Equal(t, closed, s.After(protocol.InputTransportClosed))
	}
}

func TestTransitionsIsACopy(t *testing.T) {
	protocol.Transitions()[0].To = closed
	assert.Equal(t, open, protocol.Transitions()[0].To)
}

//req:test RFC6455-7.1.3-01 RFC6455-7.1.4-01
func TestStateNames(t *testing.T) {
	for s, want := range map[protocol.State][2]string{
		connecting:         {"Connecting", "CONNECTING"},
		open:               {"Open", "OPEN"},
		closeSent:          {"CloseSent", "CLOSING"},
		closeReceived:      {"CloseReceived", "CLOSING"},
		closeDone:          {"CloseDone", "CLOSING"},
		failed:             {"Failed", "CLOSING"},
		closed:             {"Closed", "CLOSED"},
		protocol.State(99): {"unknown state", "unknown state"},
	} {
		assert.Equal(t, want, [2]string{s.String(), s.RFC()})
	}
	assert.Equal(t, "unknown input", protocol.Input(99).String())
	assert.Equal(t, "unknown kind", protocol.Kind(99).String())
	assert.Equal(t, "unknown role", protocol.Role(99).String())
	assert.Equal(t, "unknown action", protocol.Action(99).String())
}

func TestMermaid(t *testing.T) {
	golden, err := os.ReadFile("testdata/closing.mmd")
	require.NoError(t, err)
	assert.Equal(t, string(golden), protocol.Mermaid(protocol.Transitions()))
}
