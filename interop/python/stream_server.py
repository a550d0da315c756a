"""Python's http.server serves event streams as ../sse_served_test.go tells it to.

Commands come as lines of JSON on standard input, requests go to standard
output. It ends with its standard input.
"""

import base64
import contextlib
import http.server
import json
import os
import sys
import threading
import zlib

paths = {}
telling = threading.Lock()


def tell(**what):
    with telling:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


class State:
    def __init__(self, answers):
        self.answers = answers
        self.permission = threading.Semaphore(0)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one(self):
        header = {}
        for name, value in self.headers.items():
            # A header value has one character for each octet.
            header.setdefault(name.lower(), []).append(value.encode("latin-1").decode())
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        tell(path=self.path, method=self.command, header=header, body=base64.b64encode(body).decode())
        state = paths.get(self.path)
        if not state or not state.answers:
            self.send_response(204)
            self.end_headers()
            return
        with contextlib.suppress(ConnectionError):  # the client may leave
            self.play(state, state.answers.pop(0))

    do_GET = do_POST = handle_one

    def play(self, state, answer):
        self.send_response(answer["status"])
        for name, value in (answer.get("header") or {}).items():
            self.send_header(name, value)
        trailer = answer.get("trailer") or {}
        if trailer:
            self.send_header("Trailer", ", ".join(trailer))
        chunked = not answer.get("until_close")
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        deflate = None
        if answer.get("gzip"):
            self.send_header("Content-Encoding", "gzip")
            deflate = zlib.compressobj(wbits=31)
        self.end_headers()

        def write(octets):
            if not octets:
                return  # an empty chunk would be the last
            if chunked:
                octets = b"%x;odd=yes\r\n%s\r\n" % (len(octets), octets)
            self.wfile.write(octets)

        for i, part in enumerate(answer.get("parts") or []):
            if answer.get("live") and i > 0:
                state.permission.acquire()
            octets = base64.b64decode(part)
            if deflate:
                octets = deflate.compress(octets) + deflate.flush(zlib.Z_SYNC_FLUSH)
            write(octets)
        if answer.get("cut"):
            self.close_connection = True
            return
        if deflate:
            write(deflate.flush())
        if chunked:
            lines = "".join(f"{name}: {value}\r\n" for name, value in trailer.items())
            self.wfile.write(b"0\r\n" + lines.encode() + b"\r\n")

    def log_message(self, *_):
        pass


def listen():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main():
    tell(ports=[listen(), listen()])  # two origins
    for line in sys.stdin:
        c = json.loads(line)
        if c["do"] == "script":
            paths[c["path"]] = State(c["answers"])
            tell(path=c["path"], ready=True)
        else:
            paths[c["path"]].permission.release()
    sys.stdout.flush()
    os._exit(0)  # whatever its threads wait for


main()
