package protocol_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "longwire.example/ws/protocol" //nolint:revive,staticcheck // the table reads better without the package's name
)

// The whole table, every state with every input, written down a second time.
// The columns are handshake complete, send Close, receive Close, fail,
// transport closed.
//
//req:test RFC6455-4.1-47 RFC6455-4.2.2-17 RFC6455-5.5.1-14
//req:test RFC6455-7.1.3-01 RFC6455-7.1.4-01
func TestStateTable(t *testing.T) {
	want := map[State][5]State{
		Connecting:    {Open, Connecting, Connecting, Failed, Closed},
		Open:          {Open, CloseSent, CloseReceived, Failed, Closed},
		CloseSent:     {CloseSent, CloseSent, CloseDone, Failed, Closed},
		CloseReceived: {CloseReceived, CloseDone, CloseReceived, Failed, Closed},
		CloseDone:     {CloseDone, CloseDone, CloseDone, CloseDone, Closed},
		Failed:        {Failed, Failed, Failed, Failed, Closed},
		Closed:        {Closed, Closed, Closed, Closed, Closed},
	}
	rows := map[[2]any]State{}
	for _, r := range Transitions() {
		key := [2]any{r.From, r.On}
		require.NotContains(t, rows, key, "one row for each state and input")
		require.NotEqual(t, r.From, r.To, "a row that leads nowhere")
		require.Regexp(t, `^\d+(\.\d+)*$`, r.Section)
		rows[key] = r.To
	}
	for from, line := range want {
		for on, to := range line {
			assert.Equal(t, to, from.After(Input(on)), "%v, %v", from, Input(on))
			row, moves := rows[[2]any{from, Input(on)}]
			assert.Equal(t, to != from, moves, "%v, %v", from, Input(on))
			if moves {
				assert.Equal(t, to, row)
			}
		}
	}
	assert.Equal(t, State(99), State(99).After(InputFail))
	assert.Equal(t, Open, Open.After(Input(99)))
}

// Every state is reached from the first, each can reach Closed, and nothing
// leads back.
func TestStatesGoForward(t *testing.T) {
	reached := map[State]bool{Connecting: true}
	for range 7 {
		for _, r := range Transitions() {
			if reached[r.From] {
				reached[r.To] = true
			}
			assert.Less(t, r.From, r.To, "the order of the states is the order of time")
		}
	}
	assert.Len(t, reached, 7)
	for s := range reached {
		assert.Equal(t, Closed, s.After(InputTransportClosed))
	}
}

func TestTransitionsIsACopy(t *testing.T) {
	Transitions()[0].To = Closed
	assert.Equal(t, Open, Transitions()[0].To)
}

//req:test RFC6455-7.1.3-01 RFC6455-7.1.4-01
func TestStateNames(t *testing.T) {
	for s, want := range map[State][2]string{
		Connecting:    {"Connecting", "CONNECTING"},
		Open:          {"Open", "OPEN"},
		CloseSent:     {"CloseSent", "CLOSING"},
		CloseReceived: {"CloseReceived", "CLOSING"},
		CloseDone:     {"CloseDone", "CLOSING"},
		Failed:        {"Failed", "CLOSING"},
		Closed:        {"Closed", "CLOSED"},
		State(99):     {"unknown state", "unknown state"},
	} {
		assert.Equal(t, want, [2]string{s.String(), s.RFC()})
	}
	assert.Equal(t, "unknown input", Input(99).String())
	assert.Equal(t, "unknown kind", Kind(99).String())
	assert.Equal(t, "unknown role", Role(99).String())
	assert.Equal(t, "unknown action", Action(99).String())
}

func TestMermaid(t *testing.T) {
	golden, err := os.ReadFile("testdata/closing.mmd")
	require.NoError(t, err)
	assert.Equal(t, string(golden), Mermaid(Transitions()))
}
