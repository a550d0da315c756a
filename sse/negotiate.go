package sse

import (
	"iter"
	"strings"
)

// admitsStream tells whether the lines of an Accept field admit an event stream
// (RFC 9110 section 12.5.1). A request without one admits everything.
func admitsStream(lines []string) bool {
	weight, members := weightOf(lines, ContentType, "text/*", "*/*")
	return weight > 0 || !members
}

// admitsGzip tells whether the lines of an Accept-Encoding field admit gzip, and
// prefer nothing else to it (RFC 9110 section 12.5.3).
func admitsGzip(lines []string) bool {
	// x-gzip is an older name of it (section 8.4.1.3).
	weight, _ := weightOf(lines, "gzip", "x-gzip", "*")
	plain, _ := weightOf(lines, "identity")
	return weight > 0 && weight >= plain
}

// weightOf gives the weight of the first of names, the most specific one first,
// that is a member of the list; -1 if none is. members tells whether the list has
// members at all.
func weightOf(lines []string, names ...string) (weight int, members bool) {
	best := len(names)
	weight = -1
	for name, q := range weights(lines) {
		members = true
		for i := range min(best+1, len(names)) {
			if strings.EqualFold(name, names[i]) {
				if i < best || q > weight {
					best, weight = i, q
				}
				break
			}
		}
	}
	return weight, members
}

// weights gives the members of a list field with their weights in thousandths
// (RFC 9110 section 12.4.2). Parameters other than q are dropped, and so are
// members whose weight can't be read.
func weights(lines []string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, line := range lines {
			for line != "" {
				var member string
				member, line = cutUnquoted(line, ',')
				name, params := cutUnquoted(member, ';')
				if name = strings.Trim(name, " \t"); name == "" {
					continue
				}
				q := 1000
				for params != "" && q >= 0 {
					var param string
					param, params = cutUnquoted(params, ';')
					key, value, _ := strings.Cut(param, "=")
					if strings.EqualFold(strings.Trim(key, " \t"), "q") {
						q = parseWeight(strings.Trim(value, " \t"))
					}
				}
				if q >= 0 && !yield(name, q) {
					return
				}
			}
		}
	}
}

// cutUnquoted cuts s at the first sep outside of a quoted string.
func cutUnquoted(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// parseWeight reads a qvalue as thousandths; -1 if it is none.
func parseWeight(s string) int {
	if s == "" || len(s) > 5 || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return -1
	}
	q := int(s[0]-'0') * 1000
	unit := 100
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		q += int(s[i]-'0') * unit
		unit /= 10
	}
	if q > 1000 {
		return -1
	}
	return q
}
