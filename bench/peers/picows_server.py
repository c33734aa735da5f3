"""picows, written in Cython, on uvloop."""

# mypy: disable-error-code="import-not-found,misc"
# (it is installed for `compare` only)

import asyncio

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from bench.peers import WELCOME
from bench.peers.options import port, until_stopped

members: set[WSTransport] = set()


class Member(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        members.add(transport)
        transport.send(WSMsgType.TEXT, WELCOME.encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            message = frame.get_payload_as_bytes()
            for member in members:
                if member is not transport:
                    member.send(WSMsgType.TEXT, message)
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        members.discard(transport)


def attend(_: WSUpgradeRequest) -> Member:
    return Member()


async def main() -> None:
    server = await ws_create_server(attend, "127.0.0.1", port(), backlog=1024)
    await until_stopped("picows", server.sockets[0].getsockname()[1])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
