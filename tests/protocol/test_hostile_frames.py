"""Whatever a client sends, neither the server nor anybody else's connection suffers."""

import asyncio
import json
from collections.abc import Coroutine
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.platform.asyncio import AsyncIOLoop

from tests.app import start
from tests.handlers.people import friends, group, text, waiting
from tests.raw_socket import RawSocket, frame

FIELDS = [
    "cmd",
    "id",
    "userid",
    "dstid",
    "media",
    "content",
    "pic",
    "url",
    "memo",
    "amount",
    "cid",
    "ref",
    "at",
    "kind",
    "seq",
    "ver",
    "friends",
    "x",
]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([0, 1, 2, 3, 10, 11, 12, 13, 18, 90, 2**53, 2**63])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["\x00", "\ud800", "a" * 70, "a" * 3000, "NaN", "'; DROP TABLE user;--", "{{x}}", "\u202e"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8)
#: A message that would be delivered, with some of its fields replaced.
mutations = objects.map(lambda fields: {"cmd": 10, "dstid": 2, "media": 1, "content": "hi", **fields})
texts = (objects | mutations).map(json.dumps) | st.text(max_size=40)


@st.composite
def frames(draw) -> bytes:
    """A frame: mostly legal with a hostile text, sometimes with a wrong head, cut off, or any bytes at
    all."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=40))
    payload = draw(texts).encode("utf-8", "surrogatepass") if kind < 8 else draw(st.binary(max_size=130))
    sent = (
        frame(payload)
        if kind < 6
        else frame(
            payload,
            draw(st.integers(0, 15)),
            final=draw(st.booleans()),
            masked=draw(st.booleans()),
            reserved=draw(st.sampled_from([0, 0, 0, 1, 7])),
        )
    )
    return sent[: draw(st.integers(0, len(sent)))] if kind == 9 else sent


class Siege:
    """A server with two friends who talk while a third of them sends whatever it likes."""

    async def begin(self, data, transport: str) -> None:
        self.app = start(data, {"hub.transport": transport})
        self.ann, self.bob = await friends(self.app)
        self.eve = await self.app.client().register("Eve")
        await self.eve.post("/contact/addfriend", dstid=self.bob.user_id)
        self.room = await group(self.eve, self.bob)
        self.mine, self.his = await self.ann.socket().open(), await self.bob.socket().open()
        self.said = 0

    async def attack(self, sent: list[bytes], v: str) -> None:
        async with await RawSocket.of(self.eve, v=v) as hostile:
            try:
                await hostile.write(*sent)
            except ConnectionError:
                pass
            await self.talk()
            await hostile.finish()

    async def talk(self) -> None:
        """The two still hear each other, each message once and in order."""
        self.said += 1
        await self.mine.send(text(self.bob, str(self.said), str(self.said)))
        ack = await self.mine.receive()
        assert (ack["cmd"], ack["cid"], ack["seq"]) == (1, str(self.said), self.said), ack
        while (message := await self.his.receive()).get("userid") != self.ann.user_id:
            assert message["userid"] == self.eve.user_id and message["cmd"] in (10, 11, 12, 13), message
        assert message["content"] == str(self.said)


class Loop:
    """An event loop for many examples of one test, with one server in it."""

    def __init__(self) -> None:
        self._loop = AsyncIOLoop(asyncio_loop=asyncio.new_event_loop(), make_current=False)

    def run(self, work: Coroutine) -> object:
        return self._loop.run_sync(lambda: work, timeout=60)

    def close(self) -> None:
        self._loop.close(all_fds=True)


@pytest.fixture(scope="module")
def loop():
    with closing(Loop()) as made:
        yield made


@pytest.fixture(scope="module", params=["direct", "stream"])
def siege(loop, tmp_path_factory, request):
    made = Siege()
    loop.run(made.begin(tmp_path_factory.mktemp("siege"), request.param))
    yield made
    assert loop.run(waiting(made.mine)) == []
    loop.run(made.app.stop())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=st.lists(frames(), min_size=1, max_size=12), v=st.sampled_from(["&v=2", ""]))
def test_a_siege(loop, siege, sent, v):
    """Two friends go on talking while a third sends any bytes at all; the server logs nothing worse than
    usual."""
    loop.run(siege.attack(sent, v))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=st.lists(mutations, min_size=1, max_size=8))
def test_every_frame_is_answered(loop, siege, sent):
    """Each JSON object a v2 client sends gets one ack, one error or one heartbeat, or is a read mark."""

    async def ask() -> None:
        async with await RawSocket.of(siege.eve) as socket:
            await socket.write(
                *(frame(json.dumps(fields)) for fields in sent), frame({"cmd": 99, "cid": "end"})
            )
            answers = []
            while True:
                answer = await socket.receive()
                if answer["cmd"] in (0, 1, 2):
                    answers.append(answer)
                if answer.get("cid") == "end":
                    break
        silent = sum(type(fields["cmd"]) is int and fields["cmd"] in (10, 11, 13) for fields in sent)
        assert len(sent) + 1 - silent <= len(answers) <= len(sent) + 1
        assert all(answer["code"] < 0 and answer["msg"] for answer in answers if answer["cmd"] == 2)

    loop.run(ask())
