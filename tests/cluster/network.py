"""A process in a network of its own, whose ways to Redis and to the database can be cut without a word: no
connection ends, nothing is refused, packets just do not arrive. For root."""

import asyncio
import contextlib
import itertools
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.process import SERVER
from tests.servers import free_port

_numbers = itertools.count(1)


class Network:
    """`command` runs a server inside, which `listens` there. `addresses`: where it finds each service;
    `port`: where it is found."""

    def __init__(self, name: str, subnet: int) -> None:
        self.name, self._subnet = name, subnet
        self.command = ("ip", "netns", "exec", name, *SERVER)
        self._links: dict[str, str] = {}
        self.addresses: dict[str, tuple[str, int]] = {}
        self.listens, self.port = free_port(), 0

    async def link(self, service: str) -> tuple[str, str]:
        """A cable for one service; the addresses of its ends, outside and inside."""
        number = len(self._links)
        outside, inside = f"{self.name}-{number}a", f"{self.name}-{number}b"
        here, there = (f"10.213.{self._subnet}.{4 * number + end}" for end in (1, 2))
        self._links[service] = outside
        await ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", self.name)
        await ip("addr", "add", f"{here}/30", "dev", outside)
        await ip("link", "set", outside, "up")
        await ip("-n", self.name, "addr", "add", f"{there}/30", "dev", inside)
        await ip("-n", self.name, "link", "set", inside, "up")
        return here, there

    async def cut(self, service: str) -> None:
        await ip("link", "set", self._links[service], "down")

    async def mend(self, service: str) -> None:
        await ip("link", "set", self._links[service], "up")


@asynccontextmanager
async def network(**services: int) -> AsyncIterator[Network]:
    """`services`: by name, ports of this machine that the process needs."""
    number = next(_numbers)
    made = Network(f"mg{os.getpid() % 100000}{number}", os.getpid() % 200 + number)
    relays: list[asyncio.Server] = []
    await ip("netns", "add", made.name)
    try:
        await ip("-n", made.name, "link", "set", "lo", "up")
        for service, port in services.items():
            here, _ = await made.link(service)
            relays.append(await _relay(here, "127.0.0.1", port))
            made.addresses[service] = (here, relays[-1].sockets[0].getsockname()[1])
        _, there = await made.link("people")
        relays.append(await _relay("127.0.0.1", there, made.listens))
        made.port = relays[-1].sockets[0].getsockname()[1]
        yield made
    finally:
        for relay in relays:
            relay.close()
        await ip("netns", "del", made.name)


async def ip(*arguments: str) -> None:
    """Raises OSError with what was said."""
    child = await asyncio.create_subprocess_exec("ip", *arguments, stderr=subprocess.PIPE)
    _, said = await child.communicate()
    if child.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {said.decode()}")


async def _relay(host: str, far_host: str, far_port: int) -> asyncio.Server:
    """Passes connections to `host`, any port, on."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(far_host, far_port)
            with contextlib.closing(far_writer):
                ways = [(reader, far_writer), (far_reader, writer)]
                tasks = [asyncio.create_task(_pass(*way)) for way in ways]
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)

    return await asyncio.start_server(carry, host, 0)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
