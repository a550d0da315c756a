package frame_test

import (
	"errors"
	"fmt"

	"longwire.example/ws/frame"
)

func ExampleOpcode() {
	for _, o := range []frame.Opcode{frame.OpText, frame.OpPing, 3} {
		fmt.Printf("%v: control %t, reserved %t\n", o, o.Control(), o.Reserved())
	}
	// Output:
	// text: control false, reserved false
	// ping: control true, reserved false
	// reserved opcode 3: control false, reserved true
}

func ExampleOpcode_Control() {
	fmt.Println(frame.OpClose.Control(), frame.OpContinuation.Control())
	// Output: true false
}

func ExampleOpcode_Reserved() {
	fmt.Println(frame.Opcode(0xB).Reserved(), frame.OpPong.Reserved())
	// Output: true false
}

func ExampleOpcode_String() {
	fmt.Println(frame.OpBinary, frame.Opcode(0xB))
	// Output: binary reserved opcode 11
}

// The second octet of a header tells whether the payload is masked, and its
// length or where the length stands.
func ExampleHeader() {
	h, _, _ := frame.Parse([]byte{0xC1, 0x85, 0x37, 0xFA, 0x21, 0x3D})
	fmt.Println("FIN:", h.Fin())
	fmt.Printf("RSV: %#x (%t %t %t)\n", h.RSV(), h.RSV1(), h.RSV2(), h.RSV3())
	fmt.Println("opcode:", h.Opcode())
	fmt.Println("masked:", h.Masked())
	fmt.Printf("key: %#x\n", h.Key)
	fmt.Println("payload length:", h.Length)
	// Output:
	// FIN: true
	// RSV: 0x40 (true false false)
	// opcode: text
	// masked: true
	// key: 0x3d21fa37
	// payload length: 5
}

func ExampleNewHeader() {
	h := frame.NewHeader(true, 0, frame.OpText, 5)
	fmt.Printf("% x\n", h.Append(nil))
	// Output: 81 05
}

func ExampleHeader_WithKey() {
	h := frame.NewHeader(true, 0, frame.OpText, 5).WithKey(0x3d21fa37)
	fmt.Printf("% x\n", h.Append(nil))
	// Output: 81 85 37 fa 21 3d
}

func ExampleHeader_Len() {
	for _, n := range []int64{125, 126, 65535, 65536} {
		fmt.Println(n, frame.NewHeader(true, 0, frame.OpBinary, n).Len())
	}
	// Output:
	// 125 2
	// 126 4
	// 65535 4
	// 65536 10
}

func ExampleParse() {
	wire := []byte("\x81\x05Hello")
	for end := range 3 {
		h, n, err := frame.Parse(wire[:end])
		fmt.Println(n, h.Opcode(), h.Length, err)
	}
	// Output:
	// 0 continuation 0 <nil>
	// 0 continuation 0 <nil>
	// 2 text 5 <nil>
}

// A length that 7 bits could have said is a violation.
func ExampleParse_violation() {
	_, _, err := frame.Parse([]byte{0x82, 126, 0, 5})
	fmt.Println(err)
	fmt.Println(errors.Is(err, frame.ErrLengthNotMinimal))
	// Output:
	// payload length is not in its shortest form (RFC 6455 section 5.2)
	// true
}

func ExampleHeader_Append() {
	payload := []byte("Hello")
	key := frame.Key(0x3d21fa37)
	wire := frame.NewHeader(true, 0, frame.OpText, int64(len(payload))).WithKey(key).Append(nil)
	n := len(wire)
	wire = append(wire, payload...)
	key.XOR(wire[n:])
	fmt.Printf("% x\n", wire)
	// Output: 81 85 37 fa 21 3d 7f 9f 4d 51 58
}

// The payload was written first, with head-room; the header goes right before
// it.
func ExampleHeader_PutBefore() {
	buf := make([]byte, frame.MaxHeader, 64)
	buf = append(buf, "Hello"...)
	h := frame.NewHeader(true, 0, frame.OpText, int64(len(buf)-frame.MaxHeader))
	start := h.PutBefore(buf, frame.MaxHeader)
	fmt.Printf("%q\n", buf[start:])
	// Output: "\x81\x05Hello"
}

// The key that comes back is right for the next piece.
func ExampleKey_XOR() {
	payload := []byte{0x7f, 0x9f, 0x4d, 0x51, 0x58}
	key := frame.Key(0x3d21fa37)
	key = key.XOR(payload[:3])
	key.XOR(payload[3:])
	fmt.Printf("%s\n", payload)
	// Output: Hello
}

func ExampleKey_XORCopy() {
	payload := []byte("Hello")
	wire := make([]byte, len(payload))
	frame.Key(0x3d21fa37).XORCopy(wire, payload)
	fmt.Printf("% x from %q\n", wire, payload)
	// Output: 7f 9f 4d 51 58 from "Hello"
}

// A code point may be cut in half between two pieces.
func ExampleUTF8() {
	var u frame.UTF8
	euro := []byte("€")
	fmt.Println(u.Check(euro[:2]), u.Complete())
	fmt.Println(u.Check(euro[2:]), u.Complete())
	// Output:
	// true false
	// true true
}

// ED begins a code point and A0 is a continuation octet, but together they can
// only be half of a surrogate pair: no need to wait for the third octet.
func ExampleUTF8_Check() {
	var u frame.UTF8
	fmt.Println(u.Check([]byte{0xED}))
	fmt.Println(u.Check([]byte{0xA0}))
	// Output:
	// true
	// false
}

func ExampleUTF8_CheckAt() {
	var u frame.UTF8
	fmt.Println(u.CheckAt([]byte("good text")))
	fmt.Println(u.CheckAt([]byte("bad \xC0")))
	// Output:
	// -1
	// 4
}

// The two octets of é come in different pieces, and so does the octet that no
// text can hold there.
func ExampleUTF8_Unmask() {
	key := frame.Key(0x3d21fa37)
	wire := []byte("caf\xc3\xa9 \xff")
	key.XOR(wire)

	var u frame.UTF8
	next, bad := u.Unmask(wire[:4], key)
	fmt.Printf("% x, %d\n", wire[:4], bad)
	_, bad = u.Unmask(wire[4:], next)
	fmt.Printf("% x, %d\n", wire[4:], bad)
	// Output:
	// 63 61 66 c3, -1
	// a9 20 ff, 2
}

func ExampleUTF8_Complete() {
	var u frame.UTF8
	u.Check([]byte("\xF0\x9F\x98"))
	fmt.Println(u.Complete())
	// Output: false
}

func ExampleUTF8_Reset() {
	var u frame.UTF8
	fmt.Println(u.Check([]byte("\xFF")), u.Check([]byte("a")))
	u.Reset()
	fmt.Println(u.Check([]byte("a")))
	// Output:
	// false false
	// true
}

func ExampleCloseCode_Sendable() {
	for _, c := range []frame.CloseCode{frame.CloseNormal, frame.CloseNoStatus, 1016, 3000, 4999, 5000} {
		fmt.Println(c.Sendable(), c)
	}
	// Output:
	// true 1000 normal closure
	// false 1005 no status received
	// false 1016 reserved
	// true 3000 registered use
	// true 4999 private use
	// false 5000 not used
}

func ExampleCloseCode_String() {
	fmt.Println(frame.CloseTooBig)
	// Output: 1009 message too big
}

func ExampleParseClose() {
	code, reason, err := frame.ParseClose([]byte("\x03\xe9back at noon"))
	fmt.Printf("%v, %q, %v\n", code, reason, err)
	code, reason, err = frame.ParseClose(nil)
	fmt.Printf("%v, %q, %v\n", code, reason, err)
	code, reason, err = frame.ParseClose([]byte{0x03, 0xEE})
	fmt.Printf("%v, %q, %v\n", code, reason, err)
	// Output:
	// 1001 going away, "back at noon", <nil>
	// 1005 no status received, "", <nil>
	// 1006 abnormal closure, "", close code that may not be sent (RFC 6455 section 7.4.2)
}

func ExampleAppendClose() {
	p, err := frame.AppendClose(nil, frame.CloseNormal, "bye")
	fmt.Printf("%q, %v\n", p, err)
	_, err = frame.AppendClose(nil, frame.CloseAbnormal, "")
	fmt.Println(err)
	// Output:
	// "\x03\xe8bye", <nil>
	// frame: close code may not be sent
}

func ExampleError() {
	_, _, err := frame.ParseClose([]byte{0x03})
	if violation, ok := errors.AsType[*frame.Error](err); ok {
		fmt.Println("answer with", violation.Code)
		fmt.Println("count as", violation.Token)
		fmt.Println("read", violation.Req)
	}
	// Output:
	// answer with 1002 protocol error
	// count as close-length
	// read RFC6455-5.5.1-02
}

func ExampleError_Error() {
	fmt.Println(frame.ErrMasked)
	// Output: frame from a server is masked (RFC 6455 section 5.1)
}

func ExampleError_Section() {
	fmt.Println(frame.ErrInterleaved.Section())
	// Output: 5.4
}

func ExampleViolations() {
	for _, e := range frame.Violations() {
		fmt.Printf("%d %s %s\n", e.Code, e.Section(), e.Token)
	}
	// Output:
	// 1002 5.2 reserved-bits
	// 1002 5.2 reserved-opcode
	// 1002 5.1 unmasked
	// 1002 5.1 masked
	// 1002 5.5 control-fragmented
	// 1002 5.5 control-too-long
	// 1002 5.2 length-not-minimal
	// 1002 5.2 length-top-bit
	// 1002 5.4 continuation
	// 1002 5.4 interleaved
	// 1007 8.1 invalid-utf8
	// 1002 5.5.1 close-length
	// 1002 7.4.2 close-code
	// 1007 8.1 close-reason
	// 1007 6.2 inflate
	// 1009 10.4 frame-too-big
	// 1009 10.4 message-too-big
	// 1009 10.4 inflate-ratio
	// 1008 10.4 too-many-fragments
	// 1008 7.4.1 control-flood
	// 1008 7.4.1 unexpected-data
	// 1003 7.4.1 unsupported-data
}

// Octets come as the network cuts them; frames come out whole.
func ExampleAnnotator_Next() {
	a := frame.Annotator{From: frame.SideServer}
	for _, piece := range []string{"\x81", "\x05Hel", "lo\x89\x00\x88\x02\x03\xe8"} {
		for b := []byte(piece); len(b) > 0; {
			an, n, ok := a.Next(b)
			b = b[n:]
			if ok {
				fmt.Printf("%v %q\n", an.Header.Opcode(), an.Payload)
			}
		}
	}
	// Output:
	// text "Hello"
	// ping ""
	// close "\x03\xe8"
}

func ExampleAnnotator_Flush() {
	var a frame.Annotator
	a.Next([]byte("\x81\x05Hel"))
	an, ok := a.Flush()
	fmt.Printf("%t: %d of %d octets, %q\n", ok, an.Received, an.Header.Length, an.Payload)
	// Output: true: 3 of 5 octets, "Hel"
}

func ExampleAnnotation_Append() {
	var a frame.Annotator
	an, _, _ := a.Next([]byte("\x89\x02hi"))
	fmt.Printf("%s", an.Append(nil))
	// Output:
	// frame at octet 0: ping, payload of 2 octets
	//      0  89                       1... ....                5.2    FIN: 1 final fragment
	//                                  .000 ....                5.2    RSV1-3: 000
	//                                  .... 1001                5.2    opcode: 9 ping
	//      1  02                       0... ....                5.2    MASK: 0 not masked
	//                                  .000 0010                5.2    payload length: 2
	//      2  68 69                                             5.5.2  payload |hi|
}

// The masked text of section 5.7, then a Close frame with a code that is never
// sent.
func ExampleDump() {
	fmt.Print(frame.Dump([]byte{
		0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
		0x88, 0x02, 0x03, 0xed,
	}))
	// Output:
	// frame at octet 0: text, masked, payload of 5 octets
	//      0  81                       1... ....                5.2    FIN: 1 final fragment
	//                                  .000 ....                5.2    RSV1-3: 000
	//                                  .... 0001                5.2    opcode: 1 text
	//      1  85                       1... ....                5.2    MASK: 1 masked
	//                                  .000 0101                5.2    payload length: 5
	//      2  37 fa 21 3d                                       5.3    masking key: 37fa213d
	//      6  7f 9f 4d 51 58           48 65 6c 6c 6f           5.6    payload |Hello|
	//
	// frame at octet 11: close, payload of 2 octets
	//      0  88                       1... ....                5.2    FIN: 1 final fragment
	//                                  .000 ....                5.2    RSV1-3: 000
	//                                  .... 1000                5.2    opcode: 8 close
	//      1  02                       0... ....                5.2    MASK: 0 not masked
	//                                  .000 0010                5.2    payload length: 2
	//      2  03 ed                                             7.4    close code: 1005 no status received
	//                                                           7.4.2  violation: close code that may not be sent (close-code, close code 1002)
}
