package handshake

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//req:test RFC6455-4.2.1-02 RFC6455-4.2.1-03 RFC6455-4.2.1-04 RFC6455-4.2.1-05
//req:test RFC6455-4.2.1-06 RFC6455-4.2.1-07 RFC6455-4.2.1-09
func TestOfferSample(t *testing.T) {
	want := Offer{
		Method: "GET", Target: "/chat", Resource: "/chat", Host: "server.example.com",
		Origin: []string{"http://server.example.com"}, Key: sampleKey, Version: 13,
		Protocols: []string{"chat", "superchat"},
	}
	text := head(append(sampleRequest, "X-Unknown: ignored", "Sec-WebSocket-Unknown: ignored")...)
	for name, read := range map[string]func(string) (Offer, error){"raw": readRaw, "net/http": readHTTP} {
		o, err := read(text)
		require.NoError(t, err, name)
		assert.Equal(t, want, told(o), name)
	}
}

// told is an Offer without what it keeps for itself.
func told(o Offer) Offer {
	o.here, o.params = knownHost{}, nil
	return o
}

// Each item of section 4.2.1 broken alone, through both readers, with the
// answer that it gets.
//
//req:test RFC6455-4.2.1-01 RFC6455-4.2.1-02 RFC6455-4.2.1-03 RFC6455-4.2.1-04 RFC6455-4.2.1-05
//req:test RFC6455-4.2.1-06 RFC6455-4.2.1-07 RFC6455-4.2.2-06 RFC6455-4.3-02 RFC6455-4.4-01
//req:test RFC6455-10.7-04 RFC6455-9.1-01
func TestOfferItemsBrokenAlone(t *testing.T) {
	for name, c := range map[string]struct {
		prefix string
		lines  []string
		want   *Error
	}{
		"1 POST":                     {"GET", []string{"POST /chat HTTP/1.1"}, ErrMethod},
		"1 HEAD":                     {"GET", []string{"HEAD /chat HTTP/1.1"}, ErrMethod},
		"1 get":                      {"GET", []string{"get /chat HTTP/1.1"}, ErrMethod},
		"1 HTTP/1.0":                 {"GET", []string{"GET /chat HTTP/1.0"}, ErrHTTP},
		"1 target with a fragment":   {"GET", []string{"GET /chat#x HTTP/1.1"}, ErrTarget},
		"2 no Host":                  {"Host", nil, ErrHost},
		"2 Host malformed":           {"Host", []string{"Host: a b"}, ErrHost},
		"3 no Upgrade":               {"Upgrade", nil, ErrNotUpgrade},
		"3 Upgrade empty":            {"Upgrade", []string{"Upgrade:"}, ErrNotUpgrade},
		"3 Upgrade h2c":              {"Upgrade", []string{"Upgrade: h2c"}, ErrNotUpgrade},
		"3 Upgrade with a version":   {"Upgrade", []string{"Upgrade: websocket/13"}, ErrNotUpgrade},
		"3 Upgrade as a part":        {"Upgrade", []string{"Upgrade: websockets, xwebsocket, web socket"}, ErrNotUpgrade},
		"3 Upgrade with Kelvin sign": {"Upgrade", []string{"Upgrade: webSoc\u212aet"}, ErrNotUpgrade},
		"4 no Connection":            {"Connection", nil, ErrConnection},
		"4 Connection keep-alive":    {"Connection", []string{"Connection: keep-alive"}, ErrConnection},
		"4 Connection as a part":     {"Connection", []string{"Connection: upgraded, up grade"}, ErrConnection},
		"5 no key":                   {"Sec-WebSocket-Key", nil, ErrKey},
		"5 key empty":                {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key:"}, ErrKey},
		"5 key of 15 octets":         {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"}, ErrKey},
		"5 key of 17 octets":         {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="}, ErrKey},
		"5 key of 18 octets":         {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA"}, ErrKey},
		"5 key no base64":            {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key: AAAAAAAAAA*AAAAAAAAAAA=="}, ErrKey},
		"5 two keys": {
			"Sec-WebSocket-Key",
			[]string{"Sec-WebSocket-Key: " + sampleKey, "Sec-WebSocket-Key: " + sampleKey},
			ErrKey,
		},
		"5 two keys in one line": {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key: " + sampleKey + ", " + sampleKey}, ErrKey},
		"6 no version":           {"Sec-WebSocket-Version", nil, ErrVersion},
		"6 version 8":            {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: 8"}, ErrVersion},
		"6 version 0":            {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: 0"}, ErrVersion},
		"6 version 255":          {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: 255"}, ErrVersion},
		"6 version 256":          {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: 256"}, ErrVersionBad},
		"6 version 013":          {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: 013"}, ErrVersionBad},
		"6 version +13":          {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: +13"}, ErrVersionBad},
		"6 version 13, 8":        {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version: 13, 8"}, ErrVersionBad},
		"6 version empty":        {"Sec-WebSocket-Version", []string{"Sec-WebSocket-Version:"}, ErrVersionBad},
		"6 two versions": {
			"Sec-WebSocket-Version",
			[]string{"Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13"},
			ErrVersionBad,
		},
		"8 subprotocols empty":     {"Sec-WebSocket-Protocol", []string{"Sec-WebSocket-Protocol:"}, ErrProtocols},
		"8 subprotocols of commas": {"Sec-WebSocket-Protocol", []string{"Sec-WebSocket-Protocol: , ,"}, ErrProtocols},
		"8 subprotocol no token":   {"Sec-WebSocket-Protocol", []string{"Sec-WebSocket-Protocol: a b"}, ErrProtocols},
		"8 subprotocol quoted":     {"Sec-WebSocket-Protocol", []string{`Sec-WebSocket-Protocol: "a"`}, ErrProtocols},
		"8 subprotocol twice":      {"Sec-WebSocket-Protocol", []string{"Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Protocol: a"}, ErrProtocols},
		"9 extensions empty":       {"Sec-WebSocket-Protocol", []string{"Sec-WebSocket-Extensions:"}, ErrExtensions},
		"9 extensions malformed":   {"Sec-WebSocket-Protocol", []string{"Sec-WebSocket-Extensions: a;"}, ErrExtensions},
		"body":                     {"Origin", []string{"Content-Length: 5"}, ErrBody},
	} {
		t.Run(name, func(t *testing.T) {
			text := head(change(sampleRequest, c.prefix, c.lines...)...)
			_, err := readRaw(text)
			require.ErrorIs(t, err, c.want)
			e := asError(t, err)
			assert.Equal(t, c.want.Status, e.Status)
			assert.Equal(t, c.want.Fields, e.Fields)
			assert.NotEmpty(t, e.Req)
			assert.True(t, only(e.Text, classValue), "%q", e.Text)

			_, err = readHTTP(text)
			require.Error(t, err)
			assert.ErrorIs(t, err, c.want, "through net/http")
		})
	}
}

// The answers that the items get.
//
//req:test RFC6455-4.2.2-06 RFC6455-4.4-01
func TestOfferAnswers(t *testing.T) {
	assert.Equal(t, 405, ErrMethod.Status)
	assert.Equal(t, []Field{{"Allow", "GET"}}, ErrMethod.Fields)
	assert.Equal(t, 505, ErrHTTP.Status)
	assert.Equal(t, 426, ErrVersion.Status)
	assert.Equal(t, []Field{{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}}, ErrVersion.Fields)
	assert.Equal(t, 426, ErrNotUpgrade.Status)
	assert.Equal(t, []Field{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}, ErrNotUpgrade.Fields)
	assert.Equal(t, 403, ErrOrigin.Status)
	for _, e := range []*Error{ErrHead, ErrTarget, ErrHost, ErrConnection, ErrBody, ErrVersionBad, ErrKey, ErrProtocols, ErrExtensions} {
		assert.Equal(t, 400, e.Status, e.Token)
	}
}

// What is unusual and right.
//
//req:test RFC6455-4.2.1-04 RFC6455-4.2.1-05 RFC6455-11.3.2-01 RFC6455-11.3.4-01
//req:test RFC6455-9.1-03 RFC6455-9-01 RFC7692-5-02
func TestOfferVariants(t *testing.T) {
	for name, c := range map[string]struct {
		prefix string
		lines  []string
		check  func(t *testing.T, o Offer)
	}{
		"Upgrade in a list":    {"Upgrade", []string{"Upgrade: h2c, WebSocket"}, nil},
		"Upgrade in lines":     {"Upgrade", []string{"Upgrade: foo/1", "UPGRADE:\tWEBSOCKET "}, nil},
		"Connection in a list": {"Connection", []string{"Connection: keep-alive,uPGRADE"}, nil},
		"Connection in lines":  {"Connection", []string{"Connection: keep-alive", "connection: , Upgrade ,"}, nil},
		"key with spaces":      {"Sec-WebSocket-Key", []string{"Sec-WebSocket-Key: \t" + sampleKey + " \t"}, nil},
		"HTTP/1.2":             {"GET", []string{"GET /chat HTTP/1.2"}, nil},
		"no Origin":            {"Origin", nil, func(t *testing.T, o Offer) { t.Helper(); assert.Empty(t, o.Origin) }},
		"Content-Length 0":     {"Origin", []string{"Content-Length: 0"}, nil},
		"absolute target": {"GET", []string{"GET http://other.example:81/x?y=z HTTP/1.1"}, func(t *testing.T, o Offer) {
			t.Helper()
			assert.Equal(t, "/x?y=z", o.Resource)
			assert.Equal(t, "other.example:81", o.Host)
		}},
		"absolute without path": {"GET", []string{"GET http://other.example?y=z HTTP/1.1"}, func(t *testing.T, o Offer) { t.Helper(); assert.Equal(t, "/?y=z", o.Resource) }},
		"several Origins": {
			"Origin",
			[]string{"Origin: http://a", "Origin: http://b"},
			func(t *testing.T, o Offer) { t.Helper(); assert.Equal(t, []string{"http://a", "http://b"}, o.Origin) },
		},
		"subprotocols in lines": {
			"Sec-WebSocket-Protocol",
			[]string{"Sec-WebSocket-Protocol: c,, a", "X: y", "sec-websocket-protocol: B"},
			func(t *testing.T, o Offer) { t.Helper(); assert.Equal(t, []string{"c", "a", "B"}, o.Protocols) },
		},
		"extensions in lines": {
			"Sec-WebSocket-Protocol",
			[]string{"Sec-WebSocket-Extensions: a; b=c, a", "Sec-WebSocket-Extensions: d"},
			func(t *testing.T, o Offer) {
				t.Helper()
				assert.Equal(t, []Extension{{"a", []Param{{"b", "c"}}}, {Name: "a"}, {Name: "d"}}, o.Extensions)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := head(change(sampleRequest, c.prefix, c.lines...)...)
			for way, read := range map[string]func(string) (Offer, error){"raw": readRaw, "net/http": readHTTP} {
				o, err := read(text)
				require.NoError(t, err, way)
				assert.Equal(t, sampleKey, o.Key)
				if c.check != nil {
					c.check(t, o)
				}
			}
		})
	}
}

// An Offer stays what it was when its Head is used for the next request.
func TestOfferOutlivesItsHead(t *testing.T) {
	var h Head
	_, err := ParseRequest([]byte(head(sampleRequest...)), &h)
	require.NoError(t, err)
	in := h.Incoming(false)
	o, err := ReadOffer(&in)
	require.NoError(t, err)
	_, err = ParseRequest([]byte(strings.ToUpper(head(sampleRequest...))), &h)
	require.NoError(t, err)
	assert.Equal(t, []string{"http://server.example.com"}, o.Origin)
	assert.Equal(t, []string{"chat", "superchat"}, o.Protocols)
	assert.Equal(t, sampleKey, o.Key)
}

func TestW5_SubprotocolsAreCapped(t *testing.T) {
	offer := func(n int) error {
		var list []string
		for i := range n {
			list = append(list, "p"+strconv.Itoa(i))
		}
		_, err := readRaw(head(change(sampleRequest, "Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: "+strings.Join(list, ","))...))
		return err
	}
	require.NoError(t, offer(MaxProtocols))
	require.ErrorIs(t, offer(MaxProtocols+1), ErrProtocols)
}

func TestRepeated(t *testing.T) {
	var list []string
	for c := range byte(40) {
		list = append(list, string([]byte{'a' + c}))
		_, ok := repeated(list)
		assert.False(t, ok)
		for _, s := range list {
			r, ok := repeated(append([]string{s}, list...))
			assert.True(t, ok)
			assert.Equal(t, s, r)
		}
	}
	assert.Equal(t, "a", list[0], "its argument is left alone")
}

func TestOfferFromUnusualReaders(t *testing.T) {
	valid := func() Incoming {
		return Incoming{Method: "GET", Major: 1, Minor: 1, Host: "a", Target: "/", Fields: headers(
			"Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", sampleKey)}
	}
	in := valid()
	in.Secure = true
	o, err := ReadOffer(&in)
	require.NoError(t, err)
	assert.True(t, o.Secure)
	for name, c := range map[string]struct {
		change func(*Incoming)
		want   error
	}{
		"no target":         {func(in *Incoming) { in.Target = "" }, ErrTarget},
		"asterisk":          {func(in *Incoming) { in.Target = "*" }, ErrTarget},
		"authority":         {func(in *Incoming) { in.Target = "a:80" }, ErrTarget},
		"CR LF in target":   {func(in *Incoming) { in.Target = "/\r\nA: b" }, ErrTarget},
		"no host":           {func(in *Incoming) { in.Host = "" }, ErrHost},
		"a body of unknown": {func(in *Incoming) { in.Body = true }, ErrBody},
		"Transfer-Encoding": {func(in *Incoming) { in.Fields.(interface{ Add(k, v string) }).Add("Transfer-Encoding", "chunked") }, ErrBody},
		"HTTP/2":            {func(in *Incoming) { in.Major, in.Minor = 0, 9 }, ErrHTTP},
	} {
		in := valid()
		c.change(&in)
		_, err := ReadOffer(&in)
		assert.ErrorIs(t, err, c.want, name)
	}
}

// RFC 8441, section 5: no Upgrade, Connection or key, and the rest as ever.
func TestOfferByExtendedConnect(t *testing.T) {
	valid := func() Incoming {
		return Incoming{
			Mode: ExtendedConnect, Method: "CONNECT", Major: 2, Host: "a.example", Target: "/chat?x", Protocol: "websocket",
			Secure: true, Body: true, Fields: headers("Sec-WebSocket-Version", "13", "Sec-WebSocket-Protocol", "chat", "Origin", "https://a.example"),
		}
	}
	in := valid()
	o, err := ReadOffer(&in)
	require.NoError(t, err)
	assert.Equal(t, Offer{
		Mode: ExtendedConnect, Method: "CONNECT", Target: "/chat?x", Resource: "/chat?x", Host: "a.example", Secure: true,
		Origin: []string{"https://a.example"}, Version: 13, Protocols: []string{"chat"},
	}, told(o))
	a, err := (&Policy{Subprotocols: []string{"chat"}}).Decide(&o)
	require.NoError(t, err)
	fields, err := a.Fields(&o)
	require.NoError(t, err)
	assert.Equal(t, []Field{{"Sec-WebSocket-Protocol", "chat"}}, fields)
	_, err = AppendResponse(nil, &o, &a, nil)
	require.Error(t, err, "its answer is not text")

	for name, c := range map[string]struct {
		change func(*Incoming)
		want   error
	}{
		"GET":              {func(in *Incoming) { in.Method = "GET" }, ErrMethod},
		"another protocol": {func(in *Incoming) { in.Protocol = "connect-udp" }, ErrNotUpgrade},
		"no host":          {func(in *Incoming) { in.Host = "" }, ErrHost},
		"no path":          {func(in *Incoming) { in.Target = "" }, ErrTarget},
		"version 8":        {func(in *Incoming) { in.Fields = headers("Sec-WebSocket-Version", "8") }, ErrVersion},
	} {
		in := valid()
		c.change(&in)
		_, err := ReadOffer(&in)
		assert.ErrorIs(t, err, c.want, name)
	}
}

func TestParseTokens(t *testing.T) {
	list, err := ParseTokens([]string{"a, b", "", ",c\t,,", "D"})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c", "D"}, list)
	for _, s := range []string{"a b", "a;b", `"a"`, "ä", "a\x00", "a/b", strings.Repeat("(", 1000)} {
		_, err := ParseTokens([]string{"a", s})
		require.Error(t, err, s)
		assert.Less(t, len(err.Error()), 600)
	}
}
