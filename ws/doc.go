// Package ws is what applications import: WebSocket connections (RFC 6455) as
// server and as client.
//
// The protocol itself is in package protocol, a machine without I/O; this
// package gives it sockets, time, goroutines and locks.
//
// # Terms
//
// A message is what the application sends and receives, text or binary. On the
// wire it is one frame or several, its fragments. Ping, Pong and Close are
// control frames; they may come between the fragments of a message and are
// answered here, while something reads the connection.
//
// # Who may do what
//
// One goroutine reads. Any number of goroutines may write, ping and close at
// any time. A read that ends with its context or deadline leaves the
// connection usable; a write that is cut off in the middle of a frame can't.
//
// Payloads that Messages hands out are borrowed until the next message;
// everything else that is returned belongs to the caller, and slices passed in
// are not kept.
//
// # Reading order
//
//   - What a connection consists of: conn.go, message.go, options.go, settings.go,
//     origin.go, info.go, error.go.
//   - The way in: receive.go and read.go, then reader.go, messages.go,
//     reply.go, discard.go.
//   - The way out: write.go and emit.go; turn.go, call.go, line.go and
//     together.go (writes that meet); outbox.go, trywrite.go, aside.go and
//     held.go (what nobody waits for); then writer.go, prepared.go, group.go and
//     broadcast.go.
//   - Compression (RFC 7692): compression.go (what there is to choose),
//     inflate.go, deflate.go.
//   - What time decides and the peer asks for: ping.go, pong.go, keepalive.go.
//   - How it ends: close.go, shutdown.go.
//   - How it begins, on a server: upgrade.go, request.go, refuse.go, guard.go,
//     accept.go, handler.go; on a client: dial.go, dial_options.go,
//     dial_connect.go, dial_proxy.go, dial_tls.go, dial_answer.go,
//     dial_redirect.go, dial_slot.go, dial_error.go.
//   - The same without a goroutine for each connection, by an event loop:
//     server.go with server_accept.go, server_shutdown.go, server_recover.go and
//     server_goroutine.go (where there is no loop); served.go, loop.go,
//     loop_posts.go, loop_work.go and loop_guard.go; in by loop_open.go,
//     loop_receive.go, loop_message.go, loop_control.go and loop_keep.go; out by
//     loop_send.go, loop_collect.go, loop_queue.go, loop_flow.go and
//     loop_trace.go; loop_time.go; the end in loop_close.go, loop_end.go and
//     loop_detach.go. It stands on loop_table.go, wheel.go and pages.go, and on
//     Linux on epoll_linux.go, loop_socket_linux.go and loop_accept_linux.go (on
//     other processors loop_accept_other_linux.go); epoll_other.go is what other
//     systems have instead.
//   - What these stand on: lock.go, signal.go, watch.go and deadlinecontext.go
//     (waiting that can be given up), buffer.go and vector.go (memory),
//     socket_linux.go and socket_unix.go (calls that don't wait), idle_unix.go and
//     idle_other.go (no buffer while nothing comes), atonce_unix.go and
//     atonce_other.go (no deadline while there is room), prompt_unix.go and
//     prompt_other.go (nor in an opening handshake), stream.go (deadlines for what
//     has none). netconn.go is a connection as a stream.
package ws
