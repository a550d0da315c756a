package bench

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	gobwas "github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
)

// scripts are texts by how many octets their code points have.
var scripts = []struct{ name, text string }{
	{"ASCII", "The quick brown fox jumps over the lazy dog, and nobody minds. "},
	{"mixed", "naïve café, größer – 日本 and Ελληνικά, русский too 😀 plain words between. "},
	{"Chinese", "人人生而自由在尊严和权利上一律平等他们赋有理性和良心并应以兄弟关系的精神相对待"},
}

var textLengths = []int{128, 4 << 10, 64 << 10}

func textOf(script string, n int) []byte {
	return exactly([]byte(strings.Repeat(script, n/len(script)+2)), n)
}

// textKey turns each of the texts into another valid one, so that the same
// octets can be unmasked in place over and over.
const textKey frame.Key = 0x01010101

var textMask = [4]byte{1, 1, 1, 1}

// validators tell whether a text is UTF-8; those that unmask do it in place.
// gorilla and coder leave it to the application, gws uses utf8.Valid.
var validators = []struct {
	choice, name string
	valid        func(p []byte) bool
}{
	{"validate", "longwire", func(p []byte) bool {
		var u frame.UTF8
		return u.Check(p) && u.Complete()
	}},
	{"validate", "utf8.Valid", utf8.Valid},
	{"validate", "gobwas", gobwasValid()},
	{"unmask", "longwire", func(p []byte) bool {
		var u frame.UTF8
		_, wrong := u.Unmask(p, textKey)
		return wrong < 0 && u.Complete()
	}},
	{"unmask", "longwire-two-passes", func(p []byte) bool {
		textKey.XOR(p)
		var u frame.UTF8
		return u.Check(p) && u.Complete()
	}},
	{"unmask", "gobwas+utf8.Valid", func(p []byte) bool {
		gobwas.Cipher(p, textMask, 0)
		return utf8.Valid(p)
	}},
}

// gobwasValid reads through its UTF8Reader, which is how its own helper
// validates a message.
func gobwasValid() func(p []byte) bool {
	src, buf := bytes.NewReader(nil), make([]byte, 64<<10)
	r := wsutil.NewUTF8Reader(src)
	return func(p []byte) bool {
		src.Reset(p)
		r.Reset(src)
		for n := 0; n < len(p); {
			some, err := r.Read(buf)
			if err != nil {
				return false
			}
			n += some
		}
		return r.Valid()
	}
}

// All take each text for valid, masked or not, and none takes it so with one
// octet that is wrong.
func TestValidators(t *testing.T) {
	for _, v := range validators {
		for _, s := range scripts {
			for _, n := range textLengths {
				t.Run(fmt.Sprintf("%s/%s/%d/%s", v.choice, s.name, n, v.name), func(t *testing.T) {
					text := textOf(s.text, n)
					for range 3 {
						assert.True(t, v.valid(bytes.Clone(text)))
						textKey.XOR(text)
					}
					for _, at := range []int{0, 1, n / 2, n - 1} {
						wrong := bytes.Clone(text)
						wrong[at] = 0xFE // in no text; with the key 0xFF, which is neither
						assert.False(t, v.valid(wrong), "octet %d", at)
					}
				})
			}
		}
	}
}

// BenchmarkText is what a server does with the payload of a text, and its
// halves.
func BenchmarkText(b *testing.B) {
	for _, choice := range []string{"validate", "unmask"} {
		for _, s := range scripts {
			for _, n := range textLengths {
				for _, v := range validators {
					if v.choice != choice {
						continue
					}
					b.Run(fmt.Sprintf("%s/%s/%d/%s", choice, s.name, n, v.name), func(b *testing.B) {
						p := textOf(s.text, n)
						b.SetBytes(int64(n))
						for b.Loop() {
							if !v.valid(p) {
								b.Fatal("valid text refused")
							}
						}
					})
				}
			}
		}
	}
}
