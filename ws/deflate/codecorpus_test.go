package deflate_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// corpus makes messages that resemble what connections carry. No two are
// alike: with context takeover a repeated message would deflate to nothing.
type corpus struct {
	r     *rand.ChaCha8
	vocab []string // the rare words of this corpus
	time  int64    // milliseconds; each message is a little later
	id    int64
}

func newCorpus(seed byte) *corpus {
	c := &corpus{r: rand.NewChaCha8([32]byte{seed}), time: 1767225600000, id: 48_000_000}
	for range 3000 {
		word := ""
		for range 2 + c.below(2) {
			word += c.one("ba", "con", "der", "el", "fi", "gra", "ing", "ja", "ker", "lo", "man", "ne", "or", "pre", "qui",
				"ro", "sta", "ti", "ur", "ver", "wil", "ex", "ya", "zo", "tion", "ment", "sh", "th", "au", "ea")
		}
		c.vocab = append(c.vocab, word)
	}
	return c
}

func (c *corpus) below(n int) int { return int(c.r.Uint64() % uint64(n)) }

func (c *corpus) one(of ...string) string { return of[c.below(len(of))] }

// steep gives small numbers much more often than large ones, as words and
// users of one conversation are.
func (c *corpus) steep(n int) int {
	return c.below(1 + c.below(1+c.below(n)))
}

const commonWords = "the be to of and a in that have I it for not on with he as you do at this but his by from they we say " +
	"her she or an will my one all would there their what so up out if about who get which go me when make can like time " +
	"no just him know take people into year your good some could them see other than then now look only come its over " +
	"think also back after use two how our work first well way even new want because any these give day most us is are was " +
	"been has had were said did more very here where thing place right still tell need try ask again change play move " +
	"really thanks okay maybe tomorrow meeting yes lunch great sure deploy server release ticket today morning"

var common = strings.Fields(commonWords)

func (c *corpus) word() string {
	if c.below(5) > 0 {
		return common[c.steep(len(common))]
	}
	return c.vocab[c.steep(len(c.vocab))]
}

func (c *corpus) sentence(words int) string {
	var b strings.Builder
	for i := range words {
		w := c.word()
		switch {
		case i == 0:
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		default:
			b.WriteString(c.one(" ", " ", " ", " ", " ", " ", " ", ", ") + w)
		}
	}
	return b.String() + c.one(".", ".", ".", "?", "!")
}

func (c *corpus) hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[c.below(16)]
	}
	return string(b)
}

// record is one JSON object of an application's kinds, 120 to 400 octets.
func (c *corpus) record() string {
	c.time += int64(c.below(900))
	c.id += int64(1 + c.below(3))
	symbol := c.one("BTC-USD", "ETH-USD", "SOL-EUR", "ADA-USD", "XRP-EUR", "DOT-USD")
	switch c.below(5) {
	case 0:
		return fmt.Sprintf(`{"type":"match","trade_id":%d,"maker_order_id":"%s-%s","side":%q,"size":"%d.%08d","price":"%d.%02d","product_id":%q,"sequence":%d,"time":%d}`,
			c.id, c.hex(8), c.hex(12), c.one("buy", "sell"), c.below(4), c.below(1e8), 30000+c.below(900), c.below(100), symbol, c.id*7, c.time)
	case 1:
		return fmt.Sprintf(`{"type":"l2update","product_id":%q,"changes":[[%q,"%d.%02d","0.%05d"],[%q,"%d.%02d","1.%05d"]],"time":%d}`,
			symbol, c.one("buy", "sell"), 30000+c.below(900), c.below(100), c.below(1e5), c.one("buy", "sell"), 30000+c.below(900), c.below(100), c.below(1e5), c.time)
	case 2:
		return fmt.Sprintf(`{"event":"presence","user":{"id":%d,"name":"%s %s","avatar":"https://cdn.example.com/a/%s.png","status":%q},"room":%d,"at":%d,"typing":%t}`,
			100000+c.steep(4000), c.one("Anna", "Bob", "Chen", "Dmitri", "Elif", "Farid", "Grace"), c.vocab[c.steep(300)], c.hex(10), c.one("online", "away", "busy", "offline"), c.steep(90), c.time, c.below(2) == 0)
	case 3:
		return fmt.Sprintf(`{"event":"message","id":"m%d","room":%d,"from":%d,"text":%q,"reply_to":null,"reactions":{"up":%d,"heart":%d},"edited":%t,"at":%d}`,
			c.id, c.steep(90), 100000+c.steep(4000), c.sentence(4+c.below(14)), c.steep(9), c.steep(9), c.below(9) == 0, c.time)
	default:
		return fmt.Sprintf(`{"device":"sensor-%04d","ts":%d,"readings":{"temperature":%d.%d,"humidity":%d.%02d,"pressure":%d.%d,"battery":%d},"ok":%t,"fw":"2.%d.%d"}`,
			c.steep(500), c.time, 15+c.below(12), c.below(10), 30+c.below(40), c.below(100), 990+c.below(40), c.below(10), 20+c.below(80), c.below(20) > 0, c.below(4), c.below(10))
	}
}

func (c *corpus) logLine() string {
	c.time += int64(c.below(300))
	return fmt.Sprintf("2026-01-%02dT%02d:%02d:%02d.%03dZ %s %s[%d] %s\n", 1+c.time/86400000%28, c.time/3600000%24, c.time/60000%60, c.time/1000%60, c.time%1000,
		c.one("INFO ", "INFO ", "INFO ", "DEBUG", "WARN ", "ERROR"), c.one("gateway", "auth", "billing", "ws.hub", "db.pool"), 1000+c.steep(60), c.one(
			fmt.Sprintf("GET /api/v2/users/%d/orders?page=%d 200 %dms %d bytes", c.steep(5000), c.steep(20), 1+c.steep(400), 200+c.below(9000)),
			fmt.Sprintf("connection %s closed: going away after %ds, %d messages", c.hex(12), c.below(4000), c.steep(900)),
			fmt.Sprintf("slow query (%dms): select * from orders where customer_id = %d and state = '%s'", 200+c.below(900), c.steep(5000), c.one("open", "paid", "sent")),
			fmt.Sprintf("token for user=%d issued, expires in %ds, scope=%s", c.steep(5000), 3600, c.one("read", "write", "admin")),
			c.sentence(5+c.below(8))))
}

// message gives a message of one kind (JSON, chat, log, random) and of exactly
// size octets: what it holds is cut off.
func (c *corpus) message(kind string, size int) []byte {
	if kind == "random" {
		b := make([]byte, size)
		_, _ = c.r.Read(b)
		return b
	}
	var b strings.Builder
	for b.Len() < size {
		switch kind {
		case "JSON":
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			b.WriteString(c.record())
		case "chat":
			b.WriteString(c.sentence(3+c.below(15)) + " ")
		case "log":
			b.WriteString(c.logLine())
		}
	}
	return []byte(b.String()[:size])
}

// messages gives as many messages as have at least octets together.
func (c *corpus) messages(kind string, size, octets int) (all [][]byte) {
	for n := 0; n < octets; n += size {
		all = append(all, c.message(kind, size))
	}
	return all
}
