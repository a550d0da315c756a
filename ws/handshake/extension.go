package handshake

import (
	"slices"
	"strconv"
	"strings"
)

// Extension is one element of Sec-WebSocket-Extensions (section 9.1).
type Extension struct {
	Name   string
	Params []Param
}

// Param is one parameter of an extension. Value is empty when the parameter
// has none: an empty value can't be written, since a value is a token.
type Param struct{ Name, Value string }

// Caps on what one header may hold. A browser sends one extension with one
// parameter.
const (
	MaxExtensions     = 32   // extensions in a header
	MaxParams         = 64   // parameters in a header, all extensions together
	MaxExtensionBytes = 4096 // octets of a header, all lines together
)

// ParseExtensions reads Sec-WebSocket-Extensions, given as the values of its
// lines, which count as one list. Quoted values are unquoted. Empty elements
// are skipped, but no element at all is an error when there was a line. Every
// error is ErrExtensions; time is linear and the sizes are capped by
// MaxExtensions, MaxParams and MaxExtensionBytes.
func ParseExtensions(values []string) ([]Extension, error) {
	list, _, err := readExtensions(nil, nil, values)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// readExtensions is ParseExtensions with room for what it gives. Parameters
// that were given out stay where they are when params has to grow.
func readExtensions(list []Extension, params []Param, values []string) ([]Extension, []Param, error) {
	if len(values) == 0 {
		return list, params, nil
	}
	size := 0
	for _, v := range values {
		size += len(v)
	}
	if size > MaxExtensionBytes {
		return list, params, ErrExtensions.because("over ", strconv.Itoa(MaxExtensionBytes), " octets")
	}
	p := extensionParser{list: list, params: params}
	// The header may come in several lines, which mean the same as one line
	// with commas between them (section 9.1).
	//req:impl RFC6455-9.1-03 RFC6455-11.3.2-01
	for _, v := range values {
		// Anything but the grammar of section 9.1 fails the handshake.
		//req:impl RFC6455-9.1-01
		if reason := p.line(v); reason != "" {
			return list, params, ErrExtensions.because(reason)
		}
	}
	if len(p.list) == 0 {
		return list, params, ErrExtensions.because("empty")
	}
	return p.list, p.params, nil
}

// extensionParser reads extension-list of section 9.1. Its methods return what
// is wrong, or nothing.
type extensionParser struct {
	s      string // what is left of the line
	list   []Extension
	params []Param // of all extensions, one after the other
}

func (p *extensionParser) line(s string) string {
	p.s = s
	for {
		p.space()
		if p.s != "" && p.s[0] != ',' {
			if reason := p.extension(); reason != "" {
				return reason
			}
		}
		if p.s == "" {
			return ""
		}
		if !p.octet(',') {
			return "unexpected " + quote(p.s[:1])
		}
	}
}

func (p *extensionParser) extension() string {
	if len(p.list) == MaxExtensions {
		return "over " + strconv.Itoa(MaxExtensions) + " extensions"
	}
	e := Extension{Name: p.token()}
	if e.Name == "" {
		return "no name where an extension begins"
	}
	first := len(p.params)
	for p.octet(';') {
		param, reason := p.param()
		if reason != "" {
			return reason
		}
		if len(p.params) == MaxParams {
			return "over " + strconv.Itoa(MaxParams) + " parameters"
		}
		p.params = append(p.params, param)
	}
	if own := p.params[first:]; len(own) > 0 {
		e.Params = slices.Clip(own)
	}
	p.list = append(p.list, e)
	return ""
}

func (p *extensionParser) param() (Param, string) {
	p.space()
	param := Param{Name: p.token()}
	if param.Name == "" {
		return param, "parameter without a name"
	}
	if !p.octet('=') {
		return param, ""
	}
	p.space()
	if p.s != "" && p.s[0] == '"' {
		// What stands in quotes has to be a token once they are removed
		// (sections 4.3 and 9.1).
		//req:impl RFC6455-4.3-01 RFC6455-9.1-02
		value, ok := p.quoted()
		if !ok || !isToken(value) {
			return param, "quoted value of " + param.Name + " is not a token"
		}
		param.Value = value
	} else if param.Value = p.token(); param.Value == "" {
		return param, "value of " + param.Name + " is not a token"
	}
	p.space()
	return param, ""
}

// token takes a token and the space after it.
func (p *extensionParser) token() string {
	i := 0
	for i < len(p.s) && classes[p.s[i]]&classToken != 0 {
		i++
	}
	t := p.s[:i]
	p.s = p.s[i:]
	p.space()
	return t
}

// quoted takes a quoted-string, without its quotes and backslashes.
func (p *extensionParser) quoted() (string, bool) {
	end := strings.IndexAny(p.s[1:], `"\`) + 1
	if end > 0 && p.s[end] == '"' {
		value := p.s[1:end]
		p.s = p.s[end+1:]
		return value, true
	}
	var value []byte
	for i := 1; i < len(p.s); i++ {
		switch c := p.s[i]; c {
		case '"':
			p.s = p.s[i+1:]
			return string(value), true
		case '\\':
			if i++; i == len(p.s) {
				return "", false
			}
			value = append(value, p.s[i])
		default:
			value = append(value, c)
		}
	}
	return "", false
}

func (p *extensionParser) octet(c byte) bool {
	if p.s == "" || p.s[0] != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

func (p *extensionParser) space() {
	for p.s != "" && (p.s[0] == ' ' || p.s[0] == '\t') {
		p.s = p.s[1:]
	}
}

// AppendExtensions writes a list of extensions in their order, as the value of
// one header line. Names and values are written as they are; Check tells
// whether they can be.
func AppendExtensions(dst []byte, list []Extension) []byte {
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, e.Name...)
		for _, p := range e.Params {
			dst = append(dst, "; "...)
			dst = append(dst, p.Name...)
			if p.Value != "" {
				dst = append(dst, '=')
				dst = append(dst, p.Value...)
			}
		}
	}
	return dst
}

// Check tells whether e can be written: names and values are tokens. The error
// is a plain one.
func (e Extension) Check() error {
	ok := isToken(e.Name)
	for _, p := range e.Params {
		ok = ok && isToken(p.Name) && (p.Value == "" || isToken(p.Value))
	}
	if !ok {
		return errExtensionToken
	}
	return nil
}

// String gives the extension as it is written in a header.
func (e Extension) String() string {
	return string(AppendExtensions(nil, []Extension{e}))
}
