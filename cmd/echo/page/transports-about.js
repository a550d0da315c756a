import { connect } from "/comet/client.js";

// The transports that are compared, by their names in comet's client.js, with
// what can't be measured here.
const about = [
  {
    name: "websocket", title: "WebSocket", how: "one connection, a frame an event",
    direction: "both", origins: "the server checks Origin", compatibility: "every browser of today; proxies must let upgrades through",
  },
  {
    name: "sse", title: "Server-Sent Events", how: "EventSource, a response without end",
    direction: "down; up by POST", origins: "with CORS", compatibility: "every browser of today; proxies must not buffer",
  },
  {
    name: "stream", title: "XHR streaming", how: "a response without end, a line an event",
    direction: "down; up by POST", origins: "with CORS", compatibility: "every browser that reads a response as it grows; proxies must not buffer",
  },
  {
    name: "multipart", title: "Multipart streaming", how: "a multipart body, a part an event",
    direction: "down; up by POST", origins: "with CORS", compatibility: "read as XHR streaming; as x-mixed-replace, WebKit takes pictures only",
  },
  {
    name: "iframe", title: "Forever iframe", how: "a page without end, a script an event",
    direction: "down; up by POST", origins: "postMessage to listed ones", compatibility: "every browser; the page seems to load for ever",
  },
  {
    name: "longpoll", title: "Long polling", how: "a request is held until there is an event",
    direction: "down; up by POST", origins: "with CORS", compatibility: "every browser and nearly every proxy",
  },
  {
    name: "jsonp-longpoll", title: "JSONP long polling", how: "the same, and the answer is a script",
    direction: "down", origins: "any, without its leave", compatibility: "every browser; lets any site read",
  },
  {
    name: "poll", title: "Short polling", how: "asks every two seconds",
    direction: "down; up by POST", origins: "with CORS", compatibility: "everything",
  },
  {
    name: "jsonp-poll", title: "JSONP polling", how: "the same, and the answer is a script",
    direction: "down", origins: "any, without its leave", compatibility: "everything; lets any site read",
  },
];
