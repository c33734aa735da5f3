"""People who write as fast as they are acknowledged, and what they remember of it."""

import asyncio
import itertools

from tornado.websocket import WebSocketClosedError

from tests.app import Client
from tests.handlers.people import text

#: Messages a writer sends ahead of their acks.
AHEAD = 30


class Crowd:
    """Writes from several sockets at once. `sent`: (user, cid) -> the message; `acked`: (user, cid) -> its
    ack."""

    def __init__(self) -> None:
        self.sent: dict[tuple[int, str], dict] = {}
        self.acked: dict[tuple[int, str], dict] = {}
        self._numbers = itertools.count(1)
        self._progress = asyncio.Event()
        self._opened = 0  # sockets of writers, since the beginning

    async def acks(self, goal: int, writers: int = 0) -> None:
        """Returns when there are `goal` acks in all, and `writers` have had their sockets opened: a server
        that is killed while somebody knocks is another story."""
        while len(self.acked) < goal or self._opened < writers:
            self._progress.clear()
            await self._progress.wait()

    async def write(self, client: Client, *places: tuple[int, int], count: int = 1 << 30) -> None:
        """One socket of `client` that writes to `places` (cmd, dstid) in turn, until the server is gone or
        `count` messages are acknowledged."""
        socket = await client.socket().open()
        self._opened += 1
        self._progress.set()
        left, room = count, asyncio.Semaphore(AHEAD)

        async def send() -> None:
            for i, (cmd, dst) in zip(range(count), itertools.cycle(places)):
                await room.acquire()
                cid = f"c{next(self._numbers)}"
                message = self.sent[client.user_id, cid] = text(dst, f"text {i}", cid, cmd)
                await socket.send(message)

        sending = asyncio.create_task(send())
        while left and (frame := await socket.receive_or_close()) is not None:
            assert frame["cmd"] != 2, frame
            if frame["cmd"] == 1:
                assert (client.user_id, frame["cid"]) not in self.acked, "acked twice"
                self.acked[client.user_id, frame["cid"]] = frame
                self._progress.set()
                room.release()
                left -= 1
        sending.cancel()
        try:
            await sending
        except (asyncio.CancelledError, WebSocketClosedError):
            pass
        socket.close()

    async def resend(self, client: Client) -> None:
        """Sends again what this user has no ack for, as a client does after it has come back."""
        async with client.socket() as socket:
            missing = {key for key in self.sent if key[0] == client.user_id} - self.acked.keys()
            for key in missing:
                await socket.send(self.sent[key])
            for _ in missing:
                ack = await socket.receive(1, 2)
                assert ack["cmd"] == 1, ack
                self.acked[client.user_id, ack["cid"]] = ack

    def check(self, conversations: list[list[dict]]) -> set[tuple[int, str]]:
        """Holds what is stored against what was acknowledged; the (user, cid) of all that is stored."""
        rows = [row for conversation in conversations for row in conversation if row["media"] == 1]
        stored = {(row["userid"], row["cid"]): row for row in rows}
        assert len(stored) == len(rows), "something is stored twice"
        for conversation in conversations:
            assert [row["seq"] for row in conversation] == list(range(1, len(conversation) + 1))
        for key, ack in self.acked.items():
            assert key in stored, f"acknowledged and lost: {key}"
            assert {name: stored[key][name] for name in ("id", "seq", "ver", "createat", "dstid")} == {
                name: ack[name] for name in ("id", "seq", "ver", "createat", "dstid")
            }
        for key, row in stored.items():
            assert row.items() >= self.sent[key].items()
        return set(stored)


async def everything(client: Client, kind: int, dstid: int) -> list[dict]:
    """All messages of one conversation."""
    rows, ver, more = [], 0, True
    while more:
        answer = await client.post("/message/changes", kind=kind, dstid=dstid, ver=ver, limit=500)
        assert answer["code"] == 0, answer
        rows += answer["rows"]
        more = answer["data"]["more"]
        ver = rows[-1]["ver"] if rows else 0
    return rows


async def go_on(play, act, goal: asyncio.Event, enough: int) -> None:
    """One call after the other, each counted in `play.answered`, until `play.over` or the server is gone.
    Sets `goal` when `enough` were answered."""
    while not play.over:
        try:
            await act()
        except AssertionError:
            raise
        except Exception:  # the connection went with the server
            return
        play.answered += 1
        if play.answered >= enough:
            goal.set()
