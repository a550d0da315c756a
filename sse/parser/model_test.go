package parser

import (
	"math/big"
	"slices"
	"strings"
	"time"
)

// token is a Token that stays, and where it came: At is the number of octets of
// the stream up to the end of its last line, less the LF of a CRLF.
type token struct {
	Kind                    Kind
	Type, Data, ID, Comment string
	Retry                   time.Duration
	At                      int
}

// outcome is what a stream comes to.
type outcome struct {
	Tokens     []token
	LastID     string
	Incomplete bool
}

// unit is a code point of a decoded stream, or an octet of one that is left as
// it is. end is the number of octets of the stream up to its end.
type unit struct {
	text string
	end  int
}

// decodeModel is "UTF-8 decode" of the Encoding Standard, whose variables these
// are: a byte order mark is dropped, and the decoder's handler runs on the rest.
func decodeModel(stream string, raw bool) (units []unit) {
	start := 0
	if strings.HasPrefix(stream, "\xEF\xBB\xBF") {
		start = 3
	}
	var codePoint rune
	bytesSeen, bytesNeeded := 0, 0
	lower, upper := byte(0x80), byte(0xBF)
	reset := func() {
		codePoint, bytesSeen, bytesNeeded = 0, 0, 0
		lower, upper = 0x80, 0xBF
	}
	for i := start; i < len(stream); i++ {
		c := stream[i]
		if raw {
			units = append(units, unit{stream[i : i+1], i + 1})
			continue
		}
		if bytesNeeded == 0 {
			switch {
			case c <= 0x7F:
				units = append(units, unit{string(rune(c)), i + 1})
			case c >= 0xC2 && c <= 0xDF:
				bytesNeeded = 1
				codePoint = rune(c & 0x1F)
			case c >= 0xE0 && c <= 0xEF:
				if c == 0xE0 {
					lower = 0xA0
				}
				if c == 0xED {
					upper = 0x9F
				}
				bytesNeeded = 2
				codePoint = rune(c & 0x0F)
			case c >= 0xF0 && c <= 0xF4:
				if c == 0xF0 {
					lower = 0x90
				}
				if c == 0xF4 {
					upper = 0x8F
				}
				bytesNeeded = 3
				codePoint = rune(c & 0x07)
			default:
				units = append(units, unit{"\uFFFD", i + 1})
			}
			continue
		}
		if c < lower || c > upper {
			reset()
			units = append(units, unit{"\uFFFD", i})
			i-- // the octet is put back
			continue
		}
		lower, upper = 0x80, 0xBF
		codePoint = codePoint<<6 | rune(c&0x3F)
		bytesSeen++
		if bytesSeen == bytesNeeded {
			units = append(units, unit{string(codePoint), i + 1})
			reset()
		}
	}
	if bytesNeeded > 0 {
		units = append(units, unit{"\uFFFD", len(stream)})
	}
	return units
}

// decodeText is decodeModel for a text that doesn't begin a stream.
func decodeText(s string) string {
	var b strings.Builder
	for _, u := range decodeModel("\uFEFF"+s, false) {
		b.WriteString(u.text)
	}
	return b.String()
}

// modelLine is a line without its end, and the end's place.
type modelLine struct {
	text string
	at   int
}

// linesModel splits at CRLF, LF and CR. rest is what no line end follows.
func linesModel(units []unit) (lines []modelLine, rest string) {
	var b strings.Builder
	for i := 0; i < len(units); i++ {
		switch units[i].text {
		case "\r", "\n":
			lines = append(lines, modelLine{b.String(), units[i].end})
			b.Reset()
			if units[i].text == "\r" && i+1 < len(units) && units[i+1].text == "\n" {
				i++
			}
		default:
			b.WriteString(units[i].text)
		}
	}
	return lines, b.String()
}

// model is section 9.2.6, read sentence by sentence, for a whole stream.
func model(stream string, c Config) (o outcome) {
	lines, rest := linesModel(decodeModel(stream, c.RawUTF8))
	data, eventType, lastIDBuffer, lastID := "", "", c.LastEventID, c.LastEventID
	named := false // since the last blank line there was an id field
	emit := func(tok token) { o.Tokens = append(o.Tokens, tok) }
	for _, l := range lines {
		if l.text == "" {
			changed := lastID != lastIDBuffer
			lastID, named = lastIDBuffer, false
			switch {
			case data != "":
				emit(token{Kind: KindEvent, Type: eventType, Data: strings.TrimSuffix(data, "\n"), ID: lastID, At: l.at})
			case changed:
				emit(token{Kind: KindID, ID: lastID, At: l.at})
			}
			data, eventType = "", ""
			continue
		}
		name, value, colon := strings.Cut(l.text, ":")
		if colon {
			value = strings.TrimPrefix(value, " ")
		}
		switch {
		case colon && name == "":
			if c.Comments {
				emit(token{Kind: KindComment, Comment: value, At: l.at})
			}
		case name == "event":
			eventType = value
		case name == "data":
			data += value + "\n"
		case name == "id":
			if !strings.Contains(value, "\x00") {
				lastIDBuffer, named = value, true
			}
		case name == "retry":
			if value != "" && strings.Trim(value, "0123456789") == "" {
				emit(token{Kind: KindRetry, Retry: retryModel(value), At: l.at})
			}
		}
	}
	o.LastID = lastID
	o.Incomplete = data != "" || eventType != "" || named || knownModel(rest)
	return o
}

// retryModel is the value of digits, or the longest whole number of
// milliseconds that a Duration holds.
func retryModel(digits string) time.Duration {
	ms, _ := new(big.Int).SetString(digits, 10)
	longest := big.NewInt(time.Duration(1<<63 - 1).Milliseconds())
	if ms.Cmp(longest) > 0 {
		ms = longest
	}
	return time.Duration(ms.Int64()) * time.Millisecond
}

// knownModel tells whether a line that begins with rest can be a field that has
// a meaning.
func knownModel(rest string) bool {
	return rest != "" && slices.ContainsFunc([]string{"data", "event", "id", "retry"}, func(name string) bool {
		return strings.HasPrefix(rest, name+":") || strings.HasPrefix(name+":", rest)
	})
}
