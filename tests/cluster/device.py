"""One device of somebody who writes: a v2 socket at one of several processes, and what it knows.

It does what a client does. It comes back to another process when its own is gone, sends again what has no
ack, and reads what it missed when it comes, when a second welcome says so, and when a number is skipped.
"""

import asyncio
import random

import ujson

from bench.clients.calls import CallFailed, Calls
from tests.cluster.books import Books, Sent, Talk, now, talk_of
from tests.raw_socket import RawSocket, frame

#: Seconds for a handshake or a call, after which another process is tried.
ANSWER_S = 3.0
#: Seconds between tries, and until what was refused is sent again.
PAUSE_S = 0.2
#: Seconds without an ack after which a message is sent again.
ACK_S = 8.0

_GONE = (OSError, EOFError, asyncio.IncompleteReadError, AssertionError, TimeoutError)


class Device:
    """`ports`: where the processes are; `at`: the one where it belongs. `books` are those of the round, set
    by the load."""

    def __init__(self, number: int, user_id: int, token: str, ports: list[int], at: int) -> None:
        self.number, self.user_id, self._token = number, user_id, token
        self._ports, self._home, self.at = ports, at, at
        self.books = Books()
        self.knows: dict[Talk, dict[int, int]] = {}  # by seq, the id
        self.waiting: dict[str, tuple[float, dict]] = {}  # what has no ack, by cid
        self.open = asyncio.Event()
        self.mistake: Exception | None = None  # of this file
        self._socket: RawSocket | None = None
        self._change: int | None = None
        self._last: dict[Talk, int] = {}  # of this connection: the greatest seq that it brought
        self._brought: set[int] = set()  # and the ids
        self._whole: dict[Talk, int] = {}  # up to where nothing is missing
        self._behind = asyncio.Event()
        self._behind.set()
        self._calls = [Calls("127.0.0.1", port) for port in ports]

    async def live(self) -> None:
        """Until it is cancelled."""
        reading = asyncio.create_task(self._keep_up())
        again = asyncio.create_task(self._send_again())
        try:
            while True:
                try:
                    await self._connect()
                    await self._receive()
                except _GONE:
                    pass
                self.open.clear()
                self._close()
                self.at = (self.at + 1) % len(self._ports)
                await asyncio.sleep(PAUSE_S * random.random())
        finally:
            for task in (reading, again):
                task.cancel()
            await asyncio.gather(reading, again, return_exceptions=True)
            self._close()
            for calls in self._calls:
                await calls.__aexit__()

    async def go_home(self) -> None:
        """Back to the process where it belongs, if it had to go to another."""
        if self.at != self._home and self._socket is not None:
            self.open.clear()
            self.at = self._home - 1  # it tries the next one
            self._socket.close()
        await self.open.wait()

    async def send(self, cid: str, kind: int, dstid: int) -> None:
        """Notes it as sent, and sends it as soon as there is a connection."""
        message = {"cmd": kind, "dstid": dstid, "media": 1, "content": cid, "cid": cid}
        self.books.sent[cid] = Sent(now(), self.user_id, self._talk(message))
        self.waiting[cid] = (now(), message)
        await self._say(message)

    # --- the connection -----------------------------------------------------------------------------------

    async def _connect(self) -> None:
        path = f"/chat?id={self.user_id}&token={self._token}&v=2"
        async with asyncio.timeout(ANSWER_S):
            self._socket = await RawSocket.connect(self._ports[self.at], path)
            if self._socket.status != 101:
                raise OSError(f"handshake: {self._socket.status}")
            assert (await self._socket.receive())["cmd"] == 3
        self._last, self._brought = {}, set()
        self.open.set()
        self._behind.set()
        for _, message in list(self.waiting.values()):
            await self._say(message)

    async def _receive(self) -> None:
        assert self._socket is not None
        while True:
            opcode, payload = await self._socket.read()
            if opcode == 9:
                await self._socket.write(frame(payload, 10))
            elif opcode == 8:
                raise EOFError
            elif opcode == 1:
                self._hear(ujson.loads(payload))

    async def _say(self, message: dict) -> None:
        if self._socket is not None and self.open.is_set():
            try:
                await self._socket.write(frame(message))
            except _GONE:
                pass  # it is sent again on the next connection

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _send_again(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_S)
            for cid, (since, message) in list(self.waiting.items()):
                if now() - since > ACK_S:
                    self.waiting[cid] = (now(), message)
                    await self._say(message)

    # --- what it hears ------------------------------------------------------------------------------------

    def _hear(self, said: dict) -> None:
        cmd = said["cmd"]
        if cmd == 1:
            self._acked(said)
        elif cmd == 2:
            self.books.refused += 1
            if said.get("cid") in self.waiting:  # soon again
                self.waiting[said["cid"]] = (now() - ACK_S + PAUSE_S, self.waiting[said["cid"]][1])
        elif cmd == 3:
            self.books.welcomed_again += 1
            self._behind.set()
        elif cmd in (10, 11) and said["media"] == 1:
            self._pushed(said)

    def _acked(self, ack: dict) -> None:
        self.waiting.pop(ack["cid"], None)
        sent = self.books.sent.get(ack["cid"])
        if sent is None:
            return
        if sent.id and sent.id != ack["id"]:  # one cid, two messages
            self.books.doubled += 1
        sent.id, sent.seq, sent.acked_at = ack["id"], ack["seq"], sent.acked_at or now()
        self._look_for_a_gap(sent.talk, ack["seq"])
        self._learn(sent.talk, ack["seq"], ack["id"])

    def _pushed(self, message: dict) -> None:
        talk, seq = self._talk(message), message["seq"]
        last = self._last.get(talk)
        if message["id"] in self._brought:
            self.books.doubled += 1
            return
        self._brought.add(message["id"])
        if last is not None and seq < last:
            self.books.disordered += 1
        self._look_for_a_gap(talk, seq)
        self.books.pushed.add((self.number, message["id"]))
        self._learn(talk, seq, message["id"])

    def _look_for_a_gap(self, talk: Talk, seq: int) -> None:
        last = self._last.get(talk)
        if seq > max(last or 0, self._had(talk)) + 1:
            self.books.gaps += last is not None
            self._behind.set()
        self._last[talk] = max(last or 0, seq)

    def _learn(self, talk: Talk, seq: int, message_id: int) -> None:
        self.knows.setdefault(talk, {}).setdefault(seq, message_id)
        self.books.known_at.setdefault((self.number, message_id), now())

    def _had(self, talk: Talk) -> int:
        """Up to where it knows everything."""
        known, seq = self.knows.get(talk, {}), self._whole.get(talk, 0)
        while seq + 1 in known:
            seq += 1
        self._whole[talk] = seq
        return seq

    def _talk(self, message: dict) -> Talk:
        if message["cmd"] == 11:
            return talk_of(11, message["dstid"], 0)
        return talk_of(10, message["dstid"], message.get("userid", self.user_id))

    # --- what it reads ------------------------------------------------------------------------------------

    async def _keep_up(self) -> None:
        while True:
            await self._behind.wait()
            self._behind.clear()
            try:
                await self._catch_up()
            except (CallFailed, *_GONE):
                self._behind.set()
                await asyncio.sleep(PAUSE_S)
            except Exception as error:
                self.mistake = error
                raise

    async def _catch_up(self) -> None:
        more = True
        while more:
            after = {} if self._change is None else {"after": self._change}
            answer = await self._ask("/message/conversations", limit=500, **after)
            for row in answer["rows"]:
                talk = talk_of(row["kind"], row["dstid"], self.user_id)
                if self._had(talk) < row["seq"]:
                    await self._read(talk, row["kind"], row["dstid"], row["seq"])
            self._change, more = answer["data"]["change"], answer["data"].get("more")

    async def _read(self, talk: Talk, kind: int, dstid: int, until: int) -> None:
        while (had := self._had(talk)) < until:
            answer = await self._ask("/message/changes", kind=kind, dstid=dstid, ver=had, limit=500)
            for row in answer["rows"]:
                self._learn(talk, row["seq"], row["id"])
            if not answer["rows"]:
                return

    async def _ask(self, path: str, **fields: object) -> dict:
        async with asyncio.timeout(ANSWER_S):
            return await self._calls[self.at].post(path, self.user_id, self._token, **fields)
