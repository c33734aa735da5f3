"""A flooder, in a process of its own: it says the same bytes on some connections, as fast as the server takes
them, and reads what comes back."""

import asyncio
import base64
import json
import os
import select
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
#: The end of what the server said on a connection: enough for a close frame.
TAIL = 200


async def flood(
    url: str, said: bytes, head: bytes = b"", connections: int = 10, seconds: float = 15.0, end: bytes = b""
) -> dict:
    """Each connection says `head` once and `said` again and again, until all are cut off or told `end`, or
    the time is up. Returns {sent: bytes, cut: connections, ends: the last bytes read of each, statuses:
    {status: how many answers}}."""
    what = {
        "url": url,
        "head": base64.b64encode(head).decode(),
        "said": base64.b64encode(said).decode(),
        "connections": connections,
        "end": base64.b64encode(end).decode(),
        "seconds": seconds,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.flood"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    output, _ = await child.communicate(json.dumps(what).encode())
    told = json.loads(output)
    told["ends"] = [base64.b64decode(end) for end in told["ends"]]
    return told


def main(what: dict) -> None:
    os.nice(10)  # it is the server's answers that are measured
    address = urlsplit(what["url"])
    head, said, end = (base64.b64decode(what[name]) for name in ("head", "said", "end"))
    ends: dict[socket.socket, bytes] = {}
    left: dict[socket.socket, memoryview] = {}
    for _ in range(what["connections"]):
        line = socket.create_connection((address.hostname, address.port), 20)
        if head:
            line.sendall(head)
            while b"\r\n\r\n" not in (answer := line.recv(65536)):
                assert answer
            assert b" 101 " in answer, answer
        line.setblocking(False)
        left[line], ends[line] = memoryview(said), b""
    until, sent, cut = time.monotonic() + what["seconds"], 0, 0
    statuses: dict[str, int] = {}
    while left and time.monotonic() < until:
        readable, writable, _ = select.select(list(left), list(left), [], 0.2)
        for line in readable:
            try:
                data = line.recv(1 << 18)
            except OSError:
                data = b""
            if data:
                for piece in data.split(b"HTTP/1.1 ")[1:]:
                    status = piece[:3].decode("latin1")
                    statuses[status] = statuses.get(status, 0) + 1
                ends[line] = (ends[line] + data)[-TAIL:]
            if not data or (end and ends[line].endswith(end)):
                del left[line]
                cut += 1
        for line in writable:
            if line in left:
                try:
                    size = line.send(left[line][: 1 << 16])
                except OSError:
                    continue  # what it was told before is read first
                sent += size
                left[line] = left[line][size:] or memoryview(said)
    told = {"sent": sent, "cut": cut, "statuses": statuses}
    told["ends"] = [base64.b64encode(end).decode() for end in ends.values()]
    print(json.dumps(told))


if __name__ == "__main__":
    main(json.load(sys.stdin))
