package protocol

// State is how far a connection has come. The RFC has four states; CLOSING is
// split here by what has happened in it.
type State uint8

// The states.
const (
	// Connecting: the opening handshake is not complete.
	Connecting State = iota
	// Open: messages may be sent.
	Open
	// CloseSent: this side has sent a Close frame, the peer has not.
	CloseSent
	// CloseReceived: the peer has sent a Close frame, this side has not yet.
	CloseReceived
	// CloseDone: both have, and the transport is still there.
	CloseDone
	// Failed: the connection failed (section 7.1.7), and the transport is still
	// there.
	Failed
	// Closed: the transport is gone.
	Closed

	states = iota
)

// String gives the name of the state.
func (s State) String() string {
	switch s {
	case Connecting:
		return "Connecting"
	case Open:
		return "Open"
	case CloseSent:
		return "CloseSent"
	case CloseReceived:
		return "CloseReceived"
	case CloseDone:
		return "CloseDone"
	case Failed:
		return "Failed"
	case Closed:
		return "Closed"
	default:
		return "unknown state"
	}
}

// RFC gives the RFC's name of the state, which is also that of a browser's
// readyState: CONNECTING, OPEN, CLOSING or CLOSED.
//
//req:impl RFC6455-7.1.3-01
//req:impl RFC6455-7.1.4-01
func (s State) RFC() string {
	switch s {
	case Connecting:
		return "CONNECTING"
	case Open:
		return "OPEN"
	case CloseSent, CloseReceived, CloseDone, Failed:
		return "CLOSING"
	case Closed:
		return "CLOSED"
	default:
		return "unknown state"
	}
}

// Input is what moves a connection from one state to another.
type Input uint8

// The inputs.
const (
	// InputEstablished: the opening handshake succeeded.
	InputEstablished Input = iota
	// InputSendClose: this side sends a Close frame.
	InputSendClose
	// InputReceiveClose: a valid Close frame came.
	InputReceiveClose
	// InputFail: this side fails the connection.
	InputFail
	// InputTransportClosed: the transport is closed, whoever did it.
	InputTransportClosed

	inputs = iota
)

// String says what happened, in a few words.
func (i Input) String() string {
	switch i {
	case InputEstablished:
		return "handshake complete"
	case InputSendClose:
		return "send Close"
	case InputReceiveClose:
		return "receive Close"
	case InputFail:
		return "fail"
	case InputTransportClosed:
		return "transport closed"
	default:
		return "unknown input"
	}
}

// Transition is one row of the state table: in state From, On leads to To.
type Transition struct {
	From    State
	On      Input
	To      State
	Section string // where RFC 6455 says so
}

// transitions is the whole table. An input that has no row for a state leaves
// the state as it is: it cannot happen there or changes nothing.
//
//req:impl RFC6455-4.1-47
//req:impl RFC6455-4.2.2-17
//req:impl RFC6455-5.5.1-14
//req:impl RFC6455-7.1.3-01
//req:impl RFC6455-7.1.4-01
var transitions = [...]Transition{
	{Connecting, InputEstablished, Open, "4.1"},
	{Connecting, InputFail, Failed, "7.1.7"},
	{Connecting, InputTransportClosed, Closed, "7.1.4"},

	{Open, InputSendClose, CloseSent, "7.1.3"},
	{Open, InputReceiveClose, CloseReceived, "7.1.3"},
	{Open, InputFail, Failed, "7.1.7"},
	{Open, InputTransportClosed, Closed, "7.1.4"},

	{CloseSent, InputReceiveClose, CloseDone, "5.5.1"},
	{CloseSent, InputFail, Failed, "7.1.7"},
	{CloseSent, InputTransportClosed, Closed, "7.1.4"},

	{CloseReceived, InputSendClose, CloseDone, "5.5.1"},
	{CloseReceived, InputFail, Failed, "7.1.7"},
	{CloseReceived, InputTransportClosed, Closed, "7.1.4"},

	{CloseDone, InputTransportClosed, Closed, "7.1.4"},

	{Failed, InputTransportClosed, Closed, "7.1.4"},
}

// Transitions gives a copy of the state table.
func Transitions() []Transition { return append([]Transition(nil), transitions[:]...) }

// After gives the state that input leads to from s.
func (s State) After(on Input) State {
	if s >= states || on >= inputs {
		return s
	}
	return after[s][on]
}

// after is the table as an array.
var after = func() (a [states][inputs]State) {
	for s := range a {
		for i := range a[s] {
			a[s][i] = State(s)
		}
	}
	for _, t := range transitions {
		a[t.From][t.On] = t.To
	}
	return a
}()
