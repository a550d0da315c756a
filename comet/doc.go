// Package comet pushes events to browsers over every way that HTTP had for it
// before WebSocket, and beside it: polling, long polling, both as JSONP, XHR
// streaming, multipart streaming, the forever iframe, event streams, and
// WebSocket itself. All of them give what one [sse.Hub] publishes, with the same
// IDs: a client may change from one to another and goes on after the last event
// that it has.
//
// # The transports
//
// A [Handler] answers these paths below its own:
//
//	poll       what is new, at once
//	longpoll   what is new, as soon as there is something
//	stream     a response without end, one event a line
//	multipart  a response without end, one event a part
//	iframe     a page without end, one script an event
//	sse        an event stream (package sse)
//	ws         a WebSocket (package ws), one event a text message
//	send       takes what a client has to say, by POST
//	client.js  the JavaScript client for all of them, with transports.js
//
// The query parameter callback makes poll and longpoll answer with a script that
// calls the function of that name (JSONP), hold makes longpoll wait for at most so
// many whole seconds, and origin tells iframe which page it is in. multipart is
// of type multipart/x-mixed-replace, or multipart/mixed if Accept names that.
//
// # Cursors
//
// The query parameter cursor is the ID of the last event that the client has: it
// gets what was published after that one. Without it, poll gives what the hub
// still keeps, and the others begin with the next event. What can't be given any
// more is told by an event of type [sse.GapType], on every transport.
//
// # Events
//
// An event is a JSON object with the members id, type and data, all strings. id is
// where to go on after it; a type that is "message" is left out. One without data is
// no event: its id is a cursor and nothing more, which a stream has at its beginning
// and while its topics are quiet. One without any member says that the stream is
// alive. poll and longpoll give an object with the members cursor, events (a list of
// such objects) and, if there are others to be fetched at once, more, which is true.
//
// # Who may
//
// A browser sends its user's cookies with requests that pages of any site make.
// So these are refused, with 403, unless [Handler].Origins lists the site, as far
// as the browser says where they come from, by Origin or Sec-Fetch-Site. JSONP has
// no such bounds, and is off unless [Handler].JSONP says otherwise.
//
// # Reading order
//
// comet.go, settings.go, serve.go, site.go, request.go, cursor.go, refusal.go;
// event.go, encoding.go, batch.go, poll.go, callback.go; held.go, feed.go, quiet.go,
// flush.go, stream.go, multipart.go, iframe.go, eventstream.go, websocket.go; send.go;
// client.go, client.js, transports.js.
package comet
