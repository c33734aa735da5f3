"""/redpacket/…: red packets."""

from actions import packets
from handlers.http.gate import ApiHandler, routes_of
from protocol.packets import OpenPacket, ReadPacket, SendPacket


class SendHandler(ApiHandler[SendPacket]):
    async def answer(self, command: SendPacket) -> None:
        self.reply(await packets.send(self.app, self.user_id, command))


class OpenHandler(ApiHandler[OpenPacket]):
    async def answer(self, command: OpenPacket) -> None:
        self.reply(await packets.open(self.app, self.user_id, command.id))


class InfoHandler(ApiHandler[ReadPacket]):
    async def answer(self, command: ReadPacket) -> None:
        self.reply(await packets.info(self.app, self.user_id, command.id))


routes = routes_of(SendHandler, OpenHandler, InfoHandler)
