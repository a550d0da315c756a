package protocol_test

import (
	"errors"
	"fmt"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// A server's driver: feed what was read, answer what wants an answer.
func Example() {
	receiver := protocol.NewReceiver(protocol.Rules{Role: protocol.Server, MaxMessage: 1 << 20})
	sender := protocol.NewSender(protocol.Server, false)

	// What the client sends: a message, a Ping, a Close.
	client := protocol.NewSender(protocol.Client, false)
	in, _ := client.AppendFrame(nil, frame.OpText, protocol.Fin, []byte("Hello"))
	in, _ = client.AppendFrame(in, frame.OpPing, protocol.Fin, []byte("still there?"))
	in, _ = client.AppendClose(in, frame.CloseNormal, "bye")

	var out []byte
	for {
		event, n, err := receiver.Next(in)
		if err != nil {
			if !errors.Is(err, protocol.ErrClosed) {
				out = sender.Fail(out, err)
			}
			break
		}
		if event.Kind == protocol.KindNone {
			break // read more
		}
		in = in[n:]
		fmt.Printf("%v %q\n", event.Kind, event.Payload)
		out, _ = sender.Answer(out, event)
	}
	fmt.Printf("answered % x\n", out)
	fmt.Println(sender.State())
	// Output:
	// data "Hello"
	// ping "still there?"
	// close "\x03\xe8bye"
	// answered 8a 0c 73 74 69 6c 6c 20 74 68 65 72 65 3f 88 02 03 e8
	// CloseDone
}

// A message of two fragments with a Ping between them, as a client receives it.
func ExampleReceiver_Next() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	in := []byte("\x01\x03Hel" + "\x89\x00" + "\x80\x02lo")
	for len(in) > 0 {
		event, n, err := r.Next(in)
		if err != nil {
			fmt.Println(err)
			return
		}
		first, last := event.Flags&protocol.First != 0, event.Flags&protocol.Fin != 0
		fmt.Printf("%v %q first=%t last=%t\n", event.Op, event.Payload, first, last)
		in = in[n:]
	}
	// Output:
	// text "Hel" first=true last=false
	// ping "" first=false last=false
	// text "lo" first=false last=true
}

// A violation stays: nothing that follows is processed.
func ExampleReceiver_Next_violation() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
	_, n, err := r.Next([]byte{0x81, 0x02, 'h', 'i'}) // a client must mask
	fmt.Println(n, err)
	_, n, err = r.Next([]byte{0x88, 0x80, 0, 0, 0, 0})
	fmt.Println(n, err)

	violation, _ := errors.AsType[*frame.Error](err)
	fmt.Println(violation.Code, violation.Req, violation.Token)
	// Output:
	// 0 frame from a client is not masked (RFC 6455 section 5.1)
	// 0 frame from a client is not masked (RFC 6455 section 5.1)
	// 1002 protocol error RFC6455-5.1-02 unmasked
}

// A big payload is read straight to where it is wanted.
func ExampleReceiver_Direct() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	event, _, _ := r.Next([]byte{0x82, 0x05}) // the header came alone
	fmt.Println(event.Kind, len(event.Payload), "pending", r.Pending())

	message := make([]byte, r.Pending())
	copy(message, "\x01\x02\x03\x04\x05") // in a driver: io.ReadFull(conn, message)
	event, err := r.Direct(message)
	fmt.Println(event.Payload, event.Flags&protocol.Fin != 0, err)
	// Output:
	// data 0 pending 5
	// [1 2 3 4 5] true <nil>
}

func ExampleReceiver_Pending() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	_, n, _ := r.Next([]byte("\x82\x0aabcd"))
	fmt.Println(n, r.Pending())
	// Output: 6 6
}

func ExampleReceiver_InMessage() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	_, _, _ = r.Next([]byte("\x01\x02He"))
	fmt.Println(r.InMessage())
	_, _, _ = r.Next([]byte("\x80\x03llo"))
	fmt.Println(r.InMessage())
	// Output:
	// true
	// false
}

// The driver counts control frames and ends a flood.
func ExampleReceiver_Fail() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	limit := protocol.NewRateLimit(2)
	flood := []byte("\x89\x00\x89\x00\x89\x00\x89\x00")
	for {
		event, n, err := r.Next(flood)
		if err != nil {
			fmt.Println(err)
			return
		}
		flood = flood[n:]
		fmt.Println(event.Kind)
		if !limit.Allow(0) {
			r.Fail(frame.ErrControlFlood)
		}
	}
	// Output:
	// ping
	// ping
	// ping
	// too many control frames (RFC 6455 section 7.4.1)
}

func ExampleNewReceiver() {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client, MaxMessage: 1000})
	// The header declares 1,001 octets; none of them has to come.
	_, _, err := r.Next([]byte{0x82, 126, 0x03, 0xe9})
	fmt.Println(err)
	// Output: message is over the size limit (RFC 6455 section 10.4)
}

func ExampleNewSender() {
	s := protocol.NewSender(protocol.Server, false)
	fmt.Println(s.State(), s.State().RFC())
	// Output: Open OPEN
}

func ExampleSender_Header() {
	s := protocol.NewSender(protocol.Client, false)
	payload := []byte("Hello")
	out, key, err := s.Header(nil, frame.OpText, protocol.Fin, int64(len(payload)))
	if err != nil {
		fmt.Println(err)
		return
	}
	// The payload is masked while it is copied behind the header.
	head := len(out)
	out = append(out, make([]byte, len(payload))...)
	key.XORCopy(out[head:], payload)

	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
	event, _, _ := r.Next(out)
	fmt.Printf("%d octets of header, %q\n", head, event.Payload)
	// Output: 6 octets of header, "Hello"
}

// A message in two fragments. What is out of order is refused.
func ExampleSender_AppendFrame() {
	s := protocol.NewSender(protocol.Server, false)
	out, _ := s.AppendFrame(nil, frame.OpText, 0, []byte("Hel"))
	_, err := s.AppendFrame(out, frame.OpText, protocol.Fin, []byte("another"))
	fmt.Println(err)
	out, _ = s.AppendFrame(out, frame.OpContinuation, protocol.Fin, []byte("lo"))
	fmt.Printf("% x\n", out)
	// Output:
	// protocol: frame out of sequence
	// 01 03 48 65 6c 80 02 6c 6f
}

func ExampleSender_AppendClose() {
	s := protocol.NewSender(protocol.Server, false)
	out, _ := s.AppendClose(nil, frame.CloseGoingAway, "restart")
	fmt.Printf("% x\n", out)
	_, err := s.AppendFrame(nil, frame.OpText, protocol.Fin, []byte("one more thing"))
	fmt.Println(err)
	// Output:
	// 88 09 03 e9 72 65 73 74 61 72 74
	// protocol: the connection is not open
}

func ExampleSender_Answer() {
	s := protocol.NewSender(protocol.Server, false)
	out, _ := s.Answer(nil, protocol.Event{Kind: protocol.KindPing, Payload: []byte("hi")})
	fmt.Printf("% x\n", out)
	// Output: 8a 02 68 69
}

func ExampleSender_CloseReceived() {
	s := protocol.NewSender(protocol.Server, false)
	s.CloseReceived()
	fmt.Println(s.State())
	_, _ = s.AppendClose(nil, frame.CloseNormal, "so do I")
	fmt.Println(s.State())
	// Output:
	// CloseReceived
	// CloseDone
}

func ExampleSender_Fail() {
	s := protocol.NewSender(protocol.Server, false)
	out := s.Fail(nil, frame.ErrInvalidUTF8)
	code, reason, _ := frame.ParseClose(out[2:])
	fmt.Printf("%v: %s\n", code, reason)
	fmt.Println(s.State())
	// Output:
	// 1007 invalid payload data: text is not UTF-8
	// Failed
}

func ExampleSender_TransportClosed() {
	s := protocol.NewSender(protocol.Server, false)
	s.TransportClosed()
	fmt.Println(s.State(), s.Clean())
	// Output: Closed false
}

func ExampleSender_Clean() {
	s := protocol.NewSender(protocol.Server, false)
	_, _ = s.AppendClose(nil, frame.CloseNormal, "")
	s.CloseReceived()
	s.TransportClosed()
	fmt.Println(s.Clean())
	// Output: true
}

func ExampleSender_State() {
	s := protocol.NewSender(protocol.Client, false)
	_, _ = s.AppendClose(nil, frame.CloseNormal, "")
	fmt.Println(s.State())
	// Output: CloseSent
}

func ExampleState_After() {
	s := protocol.Open
	for _, input := range []protocol.Input{protocol.InputReceiveClose, protocol.InputSendClose, protocol.InputTransportClosed} {
		next := s.After(input)
		fmt.Printf("%v, %v: %v\n", s, input, next)
		s = next
	}
	// Output:
	// Open, receive Close: CloseReceived
	// CloseReceived, send Close: CloseDone
	// CloseDone, transport closed: Closed
}

func ExampleState_RFC() {
	fmt.Println(protocol.Failed.RFC())
	// Output: CLOSING
}

func ExampleTransitions() {
	for _, t := range protocol.Transitions() {
		if t.From == protocol.CloseSent {
			fmt.Printf("%v -> %v on %v (section %s)\n", t.From, t.To, t.On, t.Section)
		}
	}
	// Output:
	// CloseSent -> CloseDone on receive Close (section 5.5.1)
	// CloseSent -> Failed on fail (section 7.1.7)
	// CloseSent -> Closed on transport closed (section 7.1.4)
}

func ExampleMermaid() {
	fmt.Print(protocol.Mermaid(protocol.Transitions()[:1]))
	// Output:
	// stateDiagram-v2
	//     [*] --> Connecting
	//     Connecting --> Open: handshake complete (4.1)
	//     Closed --> [*]
}

func ExampleEnding() {
	var end protocol.Ending
	fmt.Println(end.Code())
	end.Received(protocol.Event{Kind: protocol.KindClose, Payload: []byte("\x03\xe9restart")})
	fmt.Println(end.Code(), end.Reason())
	// Output:
	// 1006 abnormal closure
	// 1001 going away restart
}

// Times are nanoseconds; seconds are easier to read here.
func ExampleKeepalive() {
	k := protocol.NewKeepalive(30, 15, 0)
	fmt.Println(k.Next(0))
	fmt.Println(k.Next(30))
	k.Received(31)
	fmt.Println(k.Next(45))
	fmt.Println(k.Next(60))
	fmt.Println(k.Next(75)) // nothing came since the second Ping
	// Output:
	// none 30
	// ping 45
	// none 60
	// ping 75
	// dead 9223372036854775807
}

// Between two moments, two numbers are all there is to keep.
func ExampleKeepaliveFrom() {
	k := protocol.NewKeepalive(30, 15, 0)
	fmt.Println(k.Next(30))
	due, asked := k.Save()

	k = protocol.KeepaliveFrom(30, 15, due, asked)
	fmt.Println(k.Due())
	fmt.Println(k.Next(45))
	// Output:
	// ping 45
	// 45
	// dead 9223372036854775807
}

// Between two events, one number is all there is to keep.
func ExampleRateLimitFrom() {
	r := protocol.NewRateLimit(2)
	fmt.Println(r.Allow(0))
	paid := r.Save()

	r = protocol.RateLimitFrom(2, paid)
	fmt.Println(r.Allow(0), r.Allow(0))
	// Output:
	// true
	// true false
}

func ExampleRateLimit() {
	const second = 1_000_000_000
	r := protocol.NewRateLimit(2)
	fmt.Println(r.Allow(0), r.Allow(0), r.Allow(0))
	fmt.Println(r.Allow(second/2), r.Allow(second/2))
	// Output:
	// true true false
	// true false
}
