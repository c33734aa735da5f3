"""The websockets library with its broadcast(), which frames a message once."""

# mypy: disable-error-code="import-not-found"
# (it is installed for `compare` only)

import asyncio

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.peers import WELCOME
from bench.peers.options import port, until_stopped

members: set[ServerConnection] = set()


async def attend(member: ServerConnection) -> None:
    await member.send(WELCOME)
    members.add(member)
    try:
        async for message in member:
            broadcast(members - {member}, message)
    finally:
        members.discard(member)


async def main() -> None:
    async with serve(attend, "127.0.0.1", port(), compression=None, backlog=1024) as server:
        await until_stopped("websockets", server.sockets[0].getsockname()[1])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
