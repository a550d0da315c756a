// Nbio is an echo server of github.com/lesismal/nbio. It is a program of its
// own, since the package starts pools of goroutines when it is imported.
//
//	go run ./race/servers/nbio -addr 127.0.0.1:9001
package main

import (
	"flag"
	"log"
	"net"
	"net/http"

	"github.com/lesismal/nbio/logging"
	"github.com/lesismal/nbio/nbhttp"
	"github.com/lesismal/nbio/nbhttp/websocket"
)

// maxMessage is the longest message.
const maxMessage = 64 << 20

func main() {
	addr := flag.String("addr", "127.0.0.1:9001", "`address:port` to listen on")
	flag.Parse()
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	if err := serve(ln); err != nil {
		log.Fatal(err)
	}
	select {}
}

// serve starts serving. There is one poller, since the server has one core, and
// it runs handlers itself (ServerExecutor): an echo does not block, and a pool
// of goroutines would only hand it on. A message goes out as one frame whatever
// its size, buffers of payloads are given back, and no deadline is set for each
// message. The documentation advises IOModBlocking for few connections; with one
// core it costs more than the poller.
func serve(ln net.Listener) error {
	logging.SetLevel(logging.LevelNone)
	up := websocket.NewUpgrader()
	up.KeepaliveTime = 0
	up.MessageLengthLimit = maxMessage
	up.OnMessage(func(c *websocket.Conn, kind websocket.MessageType, data []byte) {
		_ = c.WriteMessage(kind, data)
	})
	up.Engine = nbhttp.NewEngine(nbhttp.Config{
		Network:                      "tcp",
		Addrs:                        []string{ln.Addr().String()},
		Listen:                       func(string, string) (net.Listener, error) { return ln, nil },
		NPoller:                      1,
		ServerExecutor:               func(f func()) { f() },
		ReadLimit:                    maxMessage + 14,
		MaxWebsocketFramePayloadSize: maxMessage,
		ReleaseWebsocketPayload:      true,
		SupportServerOnly:            true,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = up.Upgrade(w, r, nil) // the client has been answered
		}),
	})
	return up.Engine.Start()
}
