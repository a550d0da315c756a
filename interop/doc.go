// Package interop runs Longwire against other implementations: the pages of
// cmd/echo and of the examples in real browsers, our WebSocket client and server
// against libraries in Go, JavaScript and Python, and our event streams against
// browsers, curl, libraries, servers and proxies. It is a module of its own, so that nobody who
// uses Longwire gets their requirements.
//
// # Terms
//
// An implementation is a library under test. An end is one end of a connection,
// whoever made it; it can send, ping and close, and tells what it receives as
// events. A scenario is played by two ends, one of them always ours, and once
// in each direction.
//
// Of event streams, a scenario is what our server sends in steps, or what
// another server sends in parts; what a client makes of it is compared as it
// comes.
//
// # Reading order
//
// scenarios_test.go (what is played), end_test.go (what an end can do),
// peers_test.go (who plays with whom), ours_test.go and wire_test.go (our own
// end, and what is checked on the wire), then one file for each other
// implementation; child_test.go is for those that run in a process of their
// own, node/ and python/ hold their programs. Of compression: deflate_peers_test.go
// (what is agreed on, with whom), deflate_messages_test.go (what is sent),
// deflate_play_test.go (what is checked), deflate_page_test.go (Chromium).
// page_test.go is cmd/echo's page in Chromium.
//
// Of event streams: sse_scenarios_test.go (what our server sends),
// sse_server_test.go and sse_clients_test.go (to whom), with one file each for
// the browser, curl and programs; sse_served_test.go and
// sse_served_streams_test.go (servers for our client, and what they send),
// sse_do_test.go and sse_client_test.go; proxy_process_test.go, proxies/ and
// the other proxy files.
//
// Of pages in three browsers: webdriver_test.go (how to write one),
// webdriver_window_test.go, browsers_test.go, browsers_process_test.go. Of package
// comet in them: transports_site_test.go (the page and the server),
// transports_fallback_test.go, transports_origins_test.go,
// transports_http2_test.go; of cmd/echo's page transports_page_test.go,
// transports_measure_test.go and transports_figures_test.go (what is published).
// Of the examples: chat_page_test.go, chat_gate_test.go, danmaku_page_test.go.
package interop
