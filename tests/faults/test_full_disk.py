"""The disk of the database is full: senders are told why at once, all can be read, and it passes by
itself."""

import os
from collections import namedtuple

import pytest

from tests.app import App, Socket, running
from tests.handlers.people import friends, text

FileSystem = namedtuple("FileSystem", "f_blocks f_frsize f_bavail")
LONG = "x" * 20_000
REASON = "服务器磁盘空间不足，暂时无法保存"


class NearlyFull:
    """Less is free than the server is to keep."""

    def __init__(self, app: App, monkeypatch) -> None:
        self._app, self._patch = app, monkeypatch

    def fill(self) -> None:
        self._patch.setattr(os, "statvfs", lambda path: FileSystem(10_000, 4096, 10))

    def free(self) -> None:
        self._patch.setattr(os, "statvfs", lambda path: FileSystem(10_000, 4096, 9000))


class Full:
    """SQLite itself says that there is no room; here because its file may have so many pages and no more."""

    def __init__(self, app: App, monkeypatch) -> None:
        self._database = app.services.db.peewee
        with self._database.connection_context():
            pages = self._database.pragma("page_count")
        self._allow(pages + 150)  # before any thread has its connection

    def _allow(self, pages: int) -> None:
        with self._database.connection_context():
            self._database.pragma("max_page_count", pages, permanent=True)

    def fill(self) -> None:
        """Messages do."""

    def free(self) -> None:
        self._allow(1 << 30)


async def pour(socket: Socket, bob, count: int) -> tuple[list[dict], list[dict]]:
    """Long messages to Bob, all at once: (acks, refusals)."""
    for i in range(count):
        await socket.send(text(bob, LONG, f"c{i}"))
    answers = [await socket.receive(1, 2) for _ in range(count)]
    return [a for a in answers if a["cmd"] == 1], [a for a in answers if a["cmd"] == 2]


@pytest.mark.parametrize("disk", [NearlyFull, Full])
async def test_a_full_disk(tmp_path, monkeypatch, expect_logs, disk):
    """Everybody who stores something is refused with the reason, whoever reads or leaves is served, and after
    there is room again people write on, without a gap and without a restart."""
    expect_logs("magpie.database", "the disk is full")
    async with running(tmp_path) as app:
        full = disk(app, monkeypatch)
        ann, bob = await friends(app)
        laptop = await app.client().login(bob.mobile)
        async with ann.socket() as socket:
            full.fill()
            acks, refusals = await pour(socket, bob, 60)
            assert len(refusals) > 20
            assert {(refusal["code"], refusal["msg"]) for refusal in refusals} == {(-503, REASON)}

            if disk is NearlyFull:
                for path, fields in {
                    "/message/send": {"cmd": 10, "dstid": ann.user_id, "media": 1, "content": "hi"},
                    "/message/read": {"kind": 10, "dstid": ann.user_id, "seq": 1},
                    "/user/profile": {"nickname": "Robert"},
                    "/contact/createcommunity": {"name": "Birds"},
                }.items():
                    answer = await bob.post(path, **fields)
                    assert (answer["code"], answer["msg"]) == (-503, REASON), path
                uploaded = await bob.upload(b"%PDF-1.4 some text", "a.pdf")
                assert uploaded["code"] == -503 and uploaded["msg"].startswith("服务器磁盘空间不足")
                assert (await app.client().post("/user/login", mobile=bob.mobile, passwd="secret123"))[
                    "msg"
                ] == REASON

            for path, fields in {
                "/message/history": {"kind": 10, "dstid": ann.user_id},
                "/message/conversations": {},
                "/contact/loadfriend": {},
            }.items():
                assert (await bob.post(path, **fields))["code"] == 0, path
            assert (await laptop.post("/user/logout"))["code"] == 0

            full.free()
            again = 0
            while not acks or acks[-1]["cid"] != "after":
                again += 1
                await socket.send(text(bob, "at last", "after"))
                acks += [answer for answer in [await socket.receive(1, 2)] if answer["cmd"] == 1]
                assert again < 1000
        rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id, limit=200))["rows"]
        assert [row["seq"] for row in rows] == [ack["seq"] for ack in acks] == list(range(1, len(acks) + 1))
