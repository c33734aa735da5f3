"""Tornado as its manual shows it: write_message for each member."""

import asyncio
from typing import ClassVar

import uvloop
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from bench.peers import WELCOME
from bench.peers.options import port, until_stopped


class Member(WebSocketHandler):
    members: ClassVar[set["Member"]] = set()

    def open(self) -> None:
        self.set_nodelay(True)
        self.members.add(self)
        self.write_message(WELCOME)

    def on_message(self, message: str | bytes) -> None:
        for member in self.members:
            if member is not self:
                try:
                    member.write_message(message)
                except WebSocketClosedError:
                    pass

    def on_close(self) -> None:
        self.members.discard(self)


async def main() -> None:
    server = HTTPServer(Application([("/chat", Member)]))
    sockets = bind_sockets(port(), "127.0.0.1", backlog=1024)
    server.add_sockets(sockets)
    await until_stopped("tornado", sockets[0].getsockname()[1])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
