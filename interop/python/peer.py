"""The package websockets as a peer of ../child_test.go.

Commands come as lines of JSON on standard input, answers and events go to
standard output. It ends with its standard input.
"""

import asyncio
import base64
import contextlib
import json
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)

LINE = 16 << 20  # a command is no longer than this

connections = {}
tasks = set()


def tell(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def encode(octets):
    return base64.b64encode(octets).decode()


def deflate(connection):
    """What permessage-deflate does on a connection, seen from this side."""
    for e in connection.protocol.extensions:
        return {
            "sendContextTakeover": not e.local_no_context_takeover,
            "sendWindowBits": e.local_max_window_bits,
            "receiveContextTakeover": not e.remote_no_context_takeover,
            "receiveWindowBits": e.remote_max_window_bits,
        }
    return None


PARAMETERS = {
    "serverNoContextTakeover": "server_no_context_takeover",
    "clientNoContextTakeover": "client_no_context_takeover",
    "serverMaxWindowBits": "server_max_window_bits",
    "clientMaxWindowBits": "client_max_window_bits",
}


def compression(c, factory):
    """The arguments for a command with wishes; without, the library does what it does by itself."""
    if "deflate" not in c:
        return {}
    wishes = {PARAMETERS[name]: value for name, value in c["deflate"].items()}
    return {"compression": None, "extensions": [factory(**wishes)]}


async def report(maker, connection):
    """Reports what comes on a connection, to its end.

    maker is the id of the command that it came from: listen or dial.
    """
    conn = str(len(connections) + 1)
    connections[conn] = connection
    tell(event="open", maker=maker, conn=conn, subprotocol=connection.subprotocol or "", deflate=deflate(connection))
    with contextlib.suppress(ConnectionClosed):
        while True:
            data = await connection.recv()
            if isinstance(data, str):
                tell(event="message", conn=conn, kind="text", payload=encode(data.encode()))
            else:
                tell(event="message", conn=conn, kind="binary", payload=encode(data))
    await connection.wait_closed()
    tell(event="closed", conn=conn, code=connection.close_code, reason=connection.close_reason)


def background(coroutine):
    task = asyncio.create_task(coroutine)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def listen(c):
    async def handle(connection):
        await report(c["id"], connection)

    options = compression(c, ServerPerMessageDeflateFactory)
    server = await serve(handle, "127.0.0.1", 0, subprotocols=c.get("subprotocols") or None, **options)
    return {"port": server.sockets[0].getsockname()[1]}


async def dial(c):
    options = compression(c, ClientPerMessageDeflateFactory)
    connection = await connect(c["url"], subprotocols=c.get("subprotocols") or None, proxy=None, **options)
    background(report(c["id"], connection))


async def send(c):
    payload = base64.b64decode(c["payload"])
    await connections[c["conn"]].send(payload, text=c["kind"] == "text")


async def fragments(c):
    connection = connections[c["conn"]]

    async def parts():
        for i, part in enumerate(c["parts"]):
            yield base64.b64decode(part)
            if i == 0 and c.get("ping"):
                await (await connection.ping(base64.b64decode(c["ping"])))

    await connection.send(parts(), text=c["kind"] == "text")


async def batch(c):
    for m in c["messages"]:
        if len(m["parts"]) == 1:
            await send({"conn": c["conn"], "kind": m["kind"], "payload": m["parts"][0]})
        else:
            await fragments({"conn": c["conn"], **m})


async def ping(c):
    waiter = await connections[c["conn"]].ping(base64.b64decode(c["payload"]))
    await waiter
    tell(event="pong", conn=c["conn"], payload=c["payload"])


async def close(c):
    code = None if c["code"] == 1005 else c["code"]
    background(connections[c["conn"]].close(code, c["reason"]))


commands = {f.__name__: f for f in (listen, dial, send, fragments, batch, ping, close)}


async def obey(c):
    try:
        more = await commands[c["do"]](c) or {}
        tell(event="done", id=c["id"], error="", **more)
    except Exception as e:
        tell(event="done", id=c["id"], error=repr(e))


async def main():
    lines = asyncio.StreamReader(limit=LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        background(obey(json.loads(line)))


asyncio.run(main())
