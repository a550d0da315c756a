package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// wsMessage is what is sent as one message.
type wsMessage struct {
	octets []byte
	text   bool
}

// corpus is varied messages of one length. There are enough of them that one
// from the round before is never within a window.
type corpus struct {
	name     string
	messages []wsMessage
	octets   int // of all of them
}

// corpora has each kind of message in each length.
var corpora = func() (all []*corpus) {
	for _, k := range kinds {
		for _, length := range []struct{ octets, messages int }{{256, 1024}, {4 << 10, 128}, {64 << 10, 16}} {
			all = append(all, newCorpus(k, length.octets, length.messages))
		}
	}
	// What people write is rarely longer than this.
	return append(all, newCorpus(kinds[1], 100, 2048))
}()

// Messages are as long as they are said to be, texts are UTF-8, and no two are
// the same.
func TestCorpora(t *testing.T) {
	for _, c := range corpora {
		seen := map[string]bool{}
		for _, m := range c.messages {
			assert.Len(t, m.octets, c.octets/len(c.messages), c.name)
			assert.True(t, !m.text || utf8.Valid(m.octets), c.name)
			seen[string(m.octets)] = true
		}
		assert.Len(t, seen, len(c.messages), c.name)
	}
}

type kind struct {
	name string
	text bool
	make func(g *generator, n int) []byte
}

var kinds = []kind{
	{"json", true, (*generator).json},
	{"chat", true, (*generator).chat},
	{"random", false, (*generator).random},
}

func newCorpus(k kind, length, messages int) *corpus {
	c := &corpus{name: fmt.Sprintf("%s-%d", k.name, length)}
	g := newGenerator(c.name)
	for range messages {
		c.messages = append(c.messages, wsMessage{k.make(g, length), k.text})
		c.octets += length
	}
	return c
}

// mixed is messages of all kinds and of lengths around each limit that there
// is: of headers, of thresholds, of windows and of buffers.
func mixed(messages int) (all []wsMessage) {
	g := newGenerator("mixed")
	lengths := []int{
		0, 1, 2, 31, 32, 33, 125, 126, 127, 200, 255, 256, 257, 511, 512, 513, 1000,
		4095, 4096, 4097, 9000, 32767, 32768, 32769, 65535, 65536, 70000,
	}
	for i := range messages {
		k := kinds[g.below(len(kinds))]
		all = append(all, wsMessage{k.make(g, lengths[(i*7+g.below(3))%len(lengths)]), k.text})
	}
	return all
}

// generator makes messages from a seed, so they are the same in every run.
type generator struct {
	*rand.ChaCha8
	seq int
}

func newGenerator(name string) *generator {
	var seed [32]byte
	copy(seed[:], name)
	return &generator{ChaCha8: rand.NewChaCha8(seed)}
}

func (g *generator) below(n int) int { return int(g.Uint64() % uint64(n)) }

func (g *generator) random(n int) []byte {
	p := make([]byte, n)
	_, _ = g.Read(p)
	return p
}

// words are in order of how often they come: the first ones the most.
var words = strings.Fields(`the to a I you and it of is that in have we for on not be this
	was can do with what just so but if there will they my me are at or now think like time know
	one out then up get some need see about good make look from when build today how did release
	still server next tomorrow could work yes same before thanks should maybe branch again test
	really meeting who first after message client later team connection over here fix great
	window report because week small anybody review morning queue deploy monday failed slow
	coffee started version customer change memory question looks lunch dashboard answer restart
	nobody timeout ticket measured latency obvious finally café weekend naïve 😀 schön 👍 größer
	certificate weather 東京 migration archive rollback schedule`)

// word gives the first ones far more often than the last.
func (g *generator) word() string {
	return words[min(g.below(len(words)), g.below(len(words)), g.below(len(words)))]
}

// sentences appends text of more than n octets.
func (g *generator) sentences(b []byte, n int) []byte {
	for end := len(b) + n; len(b) <= end; {
		for i := range 4 + g.below(11) {
			if i > 0 {
				b = append(b, ' ')
			}
			at := len(b)
			b = append(b, g.word()...)
			if i == 0 && 'a' <= b[at] && b[at] <= 'z' {
				b[at] -= 'a' - 'A'
			}
			if g.below(40) == 0 {
				b = strconv.AppendInt(append(b, ' '), int64(g.below(1000)), 10)
			}
		}
		b = append(b, ".?!,..."[g.below(7)], ' ')
	}
	return b
}

// exactly cuts text, which is longer, to n octets, and not inside a character.
func exactly(b []byte, n int) []byte {
	end := n
	for !utf8.RuneStart(b[end]) {
		end--
	}
	for i := range b[end:n] {
		b[end+i] = '.'
	}
	return b[:n]
}

// chat is what people write to each other.
func (g *generator) chat(n int) []byte { return exactly(g.sentences(nil, n), n) }

// json is an update with as many records as fit, as services send them: the
// same names each time and values that change.
func (g *generator) json(n int) []byte {
	g.seq++
	b := fmt.Appendf(nil, `{"type":"update","channel":"room-%d","seq":%d,"ts":%d,"items":[`, g.below(20), g.seq, 1767225600000+int64(g.seq)*137+int64(g.below(100)))
	const tail = `],"text":""}`
	for i := 0; ; i++ {
		r := g.record(i)
		if len(b)+len(r)+len(tail) > n {
			break
		}
		b = append(b, r...)
	}
	if len(b)+len(tail) > n {
		return exactly(g.sentences(nil, n), n) // too short for that
	}
	b = append(b, tail[:len(tail)-2]...)
	b = append(b, exactly(g.sentences(nil, n-len(b)-2), n-len(b)-2)...)
	return append(b, `"}`...)
}

func (g *generator) record(i int) []byte {
	var r []byte
	if i > 0 {
		r = append(r, ',')
	}
	r = fmt.Appendf(r, `{"id":"%012x","user":%q,"price":%d.%02d,"qty":%d,"side":%q,"active":%t,"note":"`,
		g.Uint64()>>16, words[g.below(len(words))], g.below(5000), g.below(100), 1+g.below(50),
		[]string{"buy", "sell"}[g.below(2)], g.below(4) > 0)
	r = g.sentences(r, 1+g.below(40))
	return append(r, `"}`...)
}
