package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chatPage is a page of examples/chat, by way of whichever driver.
type chatPage interface {
	fill(selector, value string)
	click(selector string)
	until(expression string)
	screenshot(name string)
	quiet()
}

// What a chat page shows, as expressions.

func chatOpen(way string) string {
	return fmt.Sprintf(`!document.getElementById("inside").hidden && document.getElementById("state").dataset.state === "open" &&
		document.getElementById("state").textContent.startsWith(%q)`, way)
}

// chatHas is whether n messages of a type are shown that hold a text, and none that is on
// its way.
func chatHas(kind, text string, n int) string {
	return fmt.Sprintf(`Array.from(document.querySelectorAll("#log li.%s .what")).filter((e) => e.textContent.includes(%q)).length === %d &&
		document.querySelectorAll("#pending li").length === 0`, kind, text, n)
}

func chatBanner(text string) string {
	return fmt.Sprintf(`document.getElementById("banner").textContent.includes(%q)`, text)
}

func joinChat(p chatPage, name, room string) {
	p.fill("#name", name)
	p.fill("#room", room)
	p.click("#join button")
	p.until(chatOpen(""))
}

// chooseWay has a page use only one transport.
func chooseWay(p *tab, way string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => {
		const select = document.getElementById("way");
		select.value = %q;
		return select.dispatchEvent(new Event("change"));
	})()`, way))
}

func say(p chatPage, text string) {
	p.fill("#text", text)
	p.click("#say .primary")
}

// converse has three people talk: in a room, about who is there and who is writing, and
// two of them alone. It gives nothing but what everybody is to see.
func converse(t *testing.T, open func(t *testing.T) chatPage) (ada, bob, eve chatPage) {
	t.Helper()
	ada, bob, eve = open(t), open(t), open(t)
	joinChat(ada, "Ada", "lobby")
	joinChat(bob, "Bob", "lobby")
	joinChat(eve, "Eve", "lobby")
	for _, p := range []chatPage{ada, bob, eve} {
		p.until(`document.querySelectorAll("#people li").length === 3 && document.getElementById("count").textContent === "(3 here)"`)
	}

	bob.fill("#text", "G")
	ada.until(`document.getElementById("typing").textContent === "Bob is writing"`)
	say(bob, "Good evening")
	say(ada, `<img src=x onerror="document.title='taken over'"> and <b>bold</b>`)
	for _, p := range []chatPage{ada, bob, eve} {
		p.until(chatHas("text", "Good evening", 1))
		p.until(chatHas("text", `<img src=x onerror=`, 1))
		p.until(`document.querySelectorAll("#log img, #log b b").length === 0 && document.title === "lobby \u00b7 Chat"`)
	}
	ada.until(`document.getElementById("typing").textContent === ""`)

	ada.click(`#people li:nth-child(2) button`)
	ada.until(`!document.getElementById("to").hidden`)
	say(ada, "between us")
	ada.click("#to")
	say(ada, "and for all")
	for _, p := range []chatPage{ada, bob, eve} {
		p.until(chatHas("text", "and for all", 1))
	}
	ada.until(chatHas("private", "between us", 1))
	bob.until(chatHas("private", "between us", 1))
	eve.until(`!document.body.textContent.includes("between us")`)
	return ada, bob, eve
}

// Three people talk in each browser; then one goes into another room, and comes back
// with a page that is loaded anew.
func TestChatInEachBrowser(t *testing.T) {
	t.Parallel()
	binary := buildExample(t, "chat")
	eachBrowserAtOnce(t, func(t *testing.T, b *session) {
		site := startEcho(t, binary)
		ada, bob, eve := converse(t, func(t *testing.T) chatPage { return b.open(t, site.url) })
		eve.fill("#other", "attic")
		eve.click("#enter button")
		eve.until(`document.getElementById("where").textContent === "attic" && document.querySelectorAll("#log li").length === 0`)
		bob.until(`document.querySelectorAll("#people li").length === 2 && document.querySelectorAll("#rooms li").length === 2`)

		// Who comes back to the page is in again, whether the browser has kept it or not.
		w := bob.(*window)
		if b.name == "WebKit" { // its driver sometimes waits for a page that was kept
			w.navigate(site.url)
		} else {
			w.navigate(site.url + "page/style.css")
			ada.until(`document.querySelectorAll("#people li").length === 1`)
			goBack(w, `document.getElementById("inside")?.hidden === false`)
			valueOf[bool](w, "(() => { "+watchForComplaints+"; return true; })()")
		}
		bob.until(chatOpen("WebSocket"))
		bob.until(chatHas("text", "and for all", 1))
		ada.until(`document.querySelectorAll("#people li").length === 2`)
		say(bob, "back again")
		ada.until(chatHas("text", "back again", 1))
		ada.screenshot("chat-" + b.name)
		for _, p := range []chatPage{ada, bob, eve} {
			p.quiet()
		}
	})
}

// goBack goes back to the page before, where arrived holds.
func goBack(w *window, arrived string) {
	w.t.Helper()
	valueOf[bool](w, "(setTimeout(() => history.back()), true)")
	require.EventuallyWithT(w.t, func(c *assert.CollectT) {
		there, err := evaluate[bool](w.t.Context(), w, arrived) // there is an error while the pages change
		require.NoError(c, err)
		require.True(c, there)
	}, browserPatience, 100*time.Millisecond)
}

// tellChat says something as a page would by POST.
func tellChat(t *testing.T, site, token string, q map[string]string) {
	t.Helper()
	body, err := json.Marshal(q)
	require.NoError(t, err)
	resp, err := http.Post(site+"comet/"+token+"/send", "text/plain", bytes.NewReader(body))
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
}

// What a page falls back to when others are refused on the way, which it says; what is
// said arrives all the same.
func TestChatFallback(t *testing.T) {
	t.Parallel()
	g := startGate(t, startExample(t, "chat").url)
	b := startBrowser(t)
	g.refuse("ws", "sse")
	ada := b.open(t, g.url)
	joinChat(ada, "Ada", "lobby")
	ada.until(chatOpen("long polling"))
	g.refuse("ws")
	bob := b.open(t, g.url)
	joinChat(bob, "Bob", "lobby")
	bob.until(chatOpen("event stream"))
	g.refuse()
	eve := b.open(t, g.url)
	joinChat(eve, "Eve", "lobby")
	eve.until(chatOpen("WebSocket"))
	for i, p := range []*tab{ada, bob, eve} {
		say(p, fmt.Sprint("message ", i))
		for _, q := range []*tab{ada, bob, eve} {
			q.until(chatHas("text", fmt.Sprint("message ", i), 1))
			assert.False(t, eval[bool](q, chatBanner("lost")), "nothing was lost that never was")
		}
	}

	// Another transport goes on where the one before was.
	chooseWay(ada, "websocket")
	ada.until(chatOpen("WebSocket"))
	say(bob, "to the new one")
	ada.until(chatHas("text", "to the new one", 1))
	assert.Equal(t, 4, ada.count("#log li"))
}

// A connection that was cut comes back, and what was said meanwhile by others and by the
// page itself is there, once and in order.
func TestChatRecovers(t *testing.T) {
	t.Parallel()
	site := startExample(t, "chat")
	g := startGate(t, site.url)
	b := startBrowser(t)
	bob := b.open(t, site.url) // has no gate before it
	joinChat(bob, "Bob", "lobby")
	for _, way := range []string{"websocket", "sse", "longpoll"} {
		t.Run(way, func(t *testing.T) {
			ada := b.open(t, g.url)
			chooseWay(ada, way)
			joinChat(ada, "Ada by "+way, "lobby")
			g.cut()
			ada.until(chatBanner("lost"))
			say(bob, "meanwhile by "+way)
			bob.until(chatHas("text", "meanwhile by "+way, 1))
			say(ada, "from afar by "+way)
			ada.until(`document.querySelectorAll("#pending li").length === 1`)
			ada.screenshot("chat-lost-" + way)
			g.open()
			ada.click("#banner button")
			ada.until(chatBanner("Recovered"))
			ada.screenshot("chat-recovered-" + way)
			for _, p := range []*tab{ada, bob} {
				p.until(chatHas("text", "meanwhile by "+way, 1))
				p.until(chatHas("text", "from afar by "+way, 1))
			}
		})
	}
}

// A connection that leads nowhere any more says nothing. The page finds out when what it
// has said does not come back, or when it asks.
func TestChatDeadConnection(t *testing.T) {
	t.Parallel()
	site := startExample(t, "chat")
	g := startGate(t, site.url)
	b := startBrowser(t)
	ada, eve, bob := b.open(t, g.url), b.open(t, g.url), b.open(t, site.url)
	joinChat(ada, "Ada", "lobby")
	joinChat(eve, "Eve", "lobby")
	joinChat(bob, "Bob", "lobby")
	g.forget()
	say(ada, "into nowhere")
	say(bob, "unheard")
	eval[bool](eve, `dispatchEvent(new Event("online"))`) // the network is back, says the browser
	for _, p := range []*tab{ada, eve, bob} {
		p.until(chatHas("text", "into nowhere", 1))
		p.until(chatHas("text", "unheard", 1))
		p.until(chatOpen("WebSocket"))
	}
}

// Over a slow connection it takes longer, and that is all.
func TestChatSlowConnection(t *testing.T) {
	t.Parallel()
	site := startExample(t, "chat")
	g := startGate(t, site.url)
	b := startBrowser(t)
	ada, bob := b.open(t, g.url), b.open(t, site.url)
	joinChat(bob, "Bob", "lobby")
	g.delay(400 * time.Millisecond)
	joinChat(ada, "Ada", "lobby")
	for i := range 3 {
		say(ada, fmt.Sprint("slowly ", i))
	}
	for _, p := range []*tab{ada, bob} {
		p.until(chatHas("text", "slowly 2", 1))
		assert.Equal(t, "slowly 0,slowly 1,slowly 2", eval[string](p, `Array.from(document.querySelectorAll("#log .what"), (e) => e.textContent).join()`))
	}
	assert.Empty(t, eval[string](ada, `document.querySelector("#banner span").textContent`))
	ada.quiet()
}

// A server that was started again knows nobody: the page comes in again, and says that it
// has been reloaded.
func TestChatReloads(t *testing.T) {
	t.Parallel()
	binary := buildExample(t, "chat")
	site := startEcho(t, binary)
	g := startGate(t, site.url)
	b := startBrowser(t)
	ada := b.open(t, g.url)
	joinChat(ada, "Ada", "lobby")
	say(ada, "before")
	ada.until(chatHas("text", "before", 1))
	site.stop(t)
	ada.until(chatBanner("lost"))
	say(ada, "said to nobody")
	g.leadTo(t, startEcho(t, binary).url)
	ada.click("#banner button")
	ada.until(chatBanner("Reloaded"))
	ada.screenshot("chat-reloaded")
	ada.until(chatHas("text", "before", 0))
	ada.until(chatHas("text", "said to nobody", 1))
	ada.until(`document.querySelectorAll("#people li").length === 1`)

	// So it does when the server can't give any more what was missed.
	g.age()
	g.cut()
	ada.until(chatBanner("lost"))
	g.open()
	ada.click("#banner button")
	ada.until(chatBanner("kept no longer"))
	ada.until(chatOpen(""))
	ada.until(chatHas("text", "said to nobody", 1))

	// So it is after a phone has slept for so long that the server has let go of it.
	eval[string](ada, `document.getElementById("banner").firstChild.textContent = ""`)
	token := eval[string](ada, `performance.getEntriesByType("resource").map((e) => e.name.match(/history\/([0-9a-f]+)/)?.[1]).find(Boolean)`)
	tellChat(t, g.url, token, map[string]string{"kind": "leave"})
	eval[bool](ada, `document.dispatchEvent(new Event("visibilitychange"))`)
	ada.until(chatBanner("Reloaded"))
	ada.until(chatHas("text", "said to nobody", 1))
	ada.until(chatOpen(""))
}

// The history goes back by ids, and what one reads stays where it is.
func TestChatHistory(t *testing.T) {
	t.Parallel()
	site := startExample(t, "chat")
	for n := range 120 {
		token := fmt.Sprintf("%032x", n/20) // each may say so and so much
		if n%20 == 0 {
			tellChat(t, site.url, token, map[string]string{"kind": "enter", "name": fmt.Sprint("Writer ", n/20), "room": "lobby"})
		}
		tellChat(t, site.url, token, map[string]string{"kind": "say", "text": fmt.Sprint("number ", n)})
	}
	bob := startBrowser(t).open(t, site.url)
	joinChat(bob, "Bob", "lobby")
	require.Equal(t, 50, bob.count("#log li"))
	top := func(n int) float64 {
		return eval[float64](bob, fmt.Sprintf(`document.querySelector("#log li:nth-child(%d)").getBoundingClientRect().top`, n))
	}
	for _, shown := range []int{50, 100} {
		eval[int](bob, `document.getElementById("scroll").scrollTop = 0`)
		before, more := top(1), min(50, 120-shown)
		bob.click("#older")
		bob.until(fmt.Sprintf(`document.querySelectorAll("#log li").length === %d`, shown+more))
		assert.InDelta(t, before, top(more+1), 60, "the button may be gone, and nothing else has moved")
	}
	texts := strings.Split(eval[string](bob, `Array.from(document.querySelectorAll("#log .what"), (e) => e.textContent).join("\n")`), "\n")
	require.Len(t, texts, 120)
	for i, text := range texts {
		require.Equal(t, fmt.Sprint("number ", i), text)
	}
	require.True(t, eval[bool](bob, `document.getElementById("older").hidden`))
	bob.quiet()
}

// Every page on every kind of screen, to be looked at; none is wider than its window.
func TestChatPictures(t *testing.T) {
	t.Parallel()
	site := startExample(t, "chat")
	b := startBrowser(t)
	door := b.open(t, site.url)
	ada, bob, eve := converse(t, func(t *testing.T) chatPage { return b.open(t, site.url) })
	say(eve, "A long one: "+strings.Repeat("the quick brown fox jumps over the lazy dog, ", 5)+"https://example.com/"+strings.Repeat("long", 20))
	for i := range 4 {
		say(bob, fmt.Sprintf("and %d more", i))
	}
	ada.until(chatHas("text", "and 3 more", 1))
	bob.fill("#text", "I am")
	ada.until(`document.getElementById("typing").textContent !== ""`)
	ada.click(`#people li:nth-child(2) button`)
	ada.(*tab).keys("#text", "sent with a key\r")
	bob.until(chatHas("private", "sent with a key", 1))
	door.fill("#name", "ada")
	door.click("#join button")
	door.until(`document.getElementById("refused").textContent === "Somebody here has this name."`)
	for name, p := range map[string]chatPage{"door": door, "ada": ada, "bob": bob} {
		p.(*tab).pictures("chat-"+name, func(phone bool) {
			if phone && name == "bob" {
				eval[bool](p.(*tab), `document.getElementById("side").open = true`)
			}
		})
	}
	ada.quiet()
	bob.quiet()
}
