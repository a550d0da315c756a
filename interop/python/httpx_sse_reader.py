"""The package httpx-sse reads a stream, and says what it sees in lines of JSON.

See ../sse_program_test.go. It connects again after the end of a response, as
its user has to, until one is not 200.

    python httpx_sse_reader.py URL
"""

import json
import sys
import time

import httpx
import httpx_sse


def tell(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(url):
    last, retry = "", 0
    # No proxy of the environment stands between two ends on one machine.
    with httpx.Client(timeout=30, trust_env=False) as client:
        while True:
            headers = {"Last-Event-ID": last.encode()} if last else {}
            with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                if source.response.status_code != 200:
                    break
                tell(saw="open")
                numbered = False  # it knows no id of an earlier response
                try:
                    for sse in source.iter_sse():
                        numbered = numbered or bool(sse.id)
                        if numbered:
                            last = sse.id
                        if sse.retry is not None:
                            retry = sse.retry
                            tell(saw="retry", retry=sse.retry)
                            if not sse.data:
                                continue  # a block of its own
                        tell(saw="event", type=sse.event, data=sse.data, id=last)
                except httpx.TransportError:
                    pass  # cut off
            tell(saw="lost")
            time.sleep(retry / 1000)
    tell(saw="closed")


main(sys.argv[1])
