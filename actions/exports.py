"""Taking along what is stored of oneself: a ZIP archive, made while it is sent, so that neither memory nor
disk has to hold it. JSON for machines, and an `index.html` for people."""

import asyncio
import html
import io
import time
import zipfile
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import IO, NamedTuple, ParamSpec, TypeAlias, TypeVar

import msgspec

from actions import drafts, schedules
from actions.services import Services
from models import accounts, exports, favorites, reports, reviews, sessions, settings, stickers, wallet
from models.exports import Own, Talk
from protocol import rows
from protocol.clock import now_ms
from protocol.errors import NotFound, TryAgain
from protocol.limits import MAX_FAVORITE_ROWS
from protocol.messages import ROOM
from protocol.wallet import Entry

P = ParamSpec("P")
T = TypeVar("T")
Pieces: TypeAlias = AsyncGenerator[bytes, None]

#: Bytes of a file read at once, and of the archive handed on at once.
PIECE_BYTES = 256 << 10
#: Times that a read which failed is made again before the archive is given up.
_ATTEMPTS = 3
_PAUSE_S = 1.0
#: Entries of the ledger in one look.
_ENTRIES = 1000
#: Uploads that the overview lists.
_LISTED = 2000


class _Archive:
    """A ZIP archive that nobody seeks in: what is written into it is taken out again, piece by piece."""

    def __init__(self) -> None:
        self._out = _Out()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._time = time.gmtime()[:6]

    def open(self, name: str, packed: bool = True) -> IO[bytes]:
        """A file in it, to be written and closed before the next one."""
        info = zipfile.ZipInfo(name, self._time)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        return self._zip.open(info, "w", force_zip64=True)

    def write(self, name: str, value: object) -> None:
        """A whole file: a text as it is, anything else as JSON."""
        data = value.encode() if isinstance(value, str) else _json(value)
        with self.open(name) as file:
            file.write(data)

    def taken(self) -> bytes:
        """What there is of it since the last time."""
        return self._out.taken()

    def end(self) -> None:
        """Its list of files."""
        self._zip.close()

    def drop(self) -> None:
        """Nothing more is written, whether it is whole or not."""
        self._zip.fp = None


class _Out(io.RawIOBase):
    """A file that can be written only."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class _Told(NamedTuple):
    """For the overview: of each conversation the file, if there is one, and how many messages of the user's
    own; their first uploads, and those that could not be read."""

    talks: list[tuple[Talk, str, int]]
    uploads: list[Own]
    missing: list[str]


async def export(app: Services, user_id: int) -> Pieces:
    """The archive, in pieces of about `PIECE_BYTES`. The first one comes when the user is found: `NotFound`
    and `TryAgain` before it are answers; later `TryAgain` means that the archive is not whole."""
    archive = _Archive()
    try:
        for name, what in (await _small_files(app, user_id)).items():
            await asyncio.to_thread(archive.write, name, what)
        yield archive.taken()
        told = _Told([], [], [])
        async for piece in _messages(app, archive, user_id, told):
            yield piece
        async for piece in _uploads(app, archive, user_id, told):
            yield piece
        profile = await _read(app, accounts.find_user, user_id)
        overview = await asyncio.to_thread(_overview, profile["nickname"], user_id, told)
        await asyncio.to_thread(archive.write, "index.html", overview)
        archive.end()
        yield archive.taken()
    finally:
        archive.drop()


async def _small_files(app: Services, user_id: int) -> dict[str, object]:
    """What is known of the user beside messages and files."""
    profile = await app.db.read(accounts.find_user, user_id)
    friends, groups = await app.db.read(exports.contacts_of, user_id)
    living = await app.db.read(sessions.sessions_of, user_id, now_ms(), app.config.auth.idle_ms)
    return {
        "profile.json": profile,
        "settings.json": await app.db.read(settings.settings_of, user_id),
        "sessions.json": living,
        "contacts.json": friends,
        "groups.json": groups,
        "drafts.json": await drafts.all_of(app, user_id),
        "favorites.json": await _favorites(app, user_id),
        "schedules.json": await schedules.all_of(app, user_id),
        "stickers.json": await app.db.read(stickers.stickers_of, user_id),
        "wallet.json": await _wallet(app, user_id),
        "waiting.json": await app.db.read(reviews.waiting_of, user_id, now_ms()),
        "reports.json": await app.db.read_much(reports.made_by, user_id),
    }


async def _wallet(app: Services, user_id: int) -> dict[str, object]:
    """Their points, and all that came and went, the newest first."""
    found: list[Entry] = []
    more = True
    while more:
        before = found[-1]["id"] if found else None
        some, more = await app.db.read_much(wallet.entries, user_id, before, _ENTRIES)
        found += some
    return {"balance": await app.db.read(wallet.balance, user_id) or 0, "entries": found}


async def _favorites(app: Services, user_id: int) -> list[object]:
    """All that they keep, which is bounded."""
    found: list[object] = []
    before: int | None = None
    while True:
        kept, more = await app.db.read_much(favorites.favorites_of, user_id, before, "", MAX_FAVORITE_ROWS)
        found += kept
        if not more or not kept:
            return found
        before = kept[-1].id


async def _messages(app: Services, archive: _Archive, user_id: int, told: _Told) -> Pieces:
    """A file for each conversation in which the user has said something."""
    for talk in await _read(app, exports.talks_of, user_id):
        name = f"messages/{'group' if talk.kind == ROOM else 'user'}-{talk.dstid}.json"
        after, count, file = 0, 0, None
        while after < talk.seq:
            found, after = await _read(app, exports.own_messages, user_id, talk, after)
            if not found:
                continue
            if file is None:
                file = archive.open(name)
            await asyncio.to_thread(_write_rows, file, b",\n" if count else b"[\n", found)
            count += len(found)
            if piece := archive.taken():
                yield piece
        if file is not None:
            file.write(b"\n]\n")
            file.close()
        told.talks.append((talk, name if count else "", count))
        if piece := archive.taken():
            yield piece


def _write_rows(file: IO[bytes], lead: bytes, found: list[rows.Message]) -> None:
    file.write(lead + b",\n".join(map(msgspec.json.encode, found)))


async def _uploads(app: Services, archive: _Archive, user_id: int, told: _Told) -> Pieces:
    """The files that the user has uploaded, as they are stored."""
    after = 0
    while uploads := await _read(app, exports.uploads_of, user_id, after):
        after = uploads[-1].id
        for upload in uploads:
            if len(told.uploads) < _LISTED:
                told.uploads.append(upload)
            try:
                blob = await app.storage.open(upload.name)
            except (NotFound, TryAgain):
                told.missing.append(upload.name)
                continue
            try:
                with archive.open(f"media/{upload.name}", packed=False) as file:
                    for start in range(0, blob.size, PIECE_BYTES):
                        file.write(await blob.read(start, min(PIECE_BYTES, blob.size - start)))
                        yield archive.taken()
            finally:
                await blob.close()


async def _read(app: Services, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A read that is tried again for a while: what was sent so far would be in vain."""
    for attempt in range(_ATTEMPTS):
        try:
            return await app.db.read_much(fn, *args, **kwargs)
        except TryAgain:
            await asyncio.sleep(_PAUSE_S * 2**attempt)
    return await app.db.read_much(fn, *args, **kwargs)


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


_PAGE = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{name}</title>
<style>
body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border-bottom: 1px solid #ddd; padding: 4px 8px; text-align: left; overflow-wrap: anywhere; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee; }} a {{ color: #7db8ff; }} }}
</style>
<h1>{name} <small>#{user_id}</small></h1>
<p>Magpie 鹊桥 · {date}</p>
<h2>资料 · About you</h2>
<ul>{files}</ul>
<h2>自己发的消息 · Your messages</h2>
<table>{talks}</table>
<h2>文件 · Your files</h2>
<table>{uploads}</table>
"""
_FILES = {
    "profile.json": "个人资料 · Profile",
    "settings.json": "设置 · Settings",
    "sessions.json": "登录设备 · Sessions",
    "contacts.json": "好友 · Friends",
    "groups.json": "群聊 · Groups",
    "drafts.json": "草稿 · Drafts",
    "favorites.json": "收藏 · Favorites",
    "schedules.json": "定时消息 · Scheduled messages",
    "stickers.json": "表情 · Stickers",
    "wallet.json": "积分 · Points",
    "waiting.json": "待审核的消息 · Waiting messages",
    "reports.json": "举报 · Reports",
}


def _overview(nickname: str, user_id: int, told: _Told) -> str:
    """The page that leads to all of it, from the folder it is unpacked into."""
    missing = set(told.missing)
    return _PAGE.format(
        name=html.escape(nickname),
        user_id=user_id,
        date=_day(now_ms()),
        files="".join(f"<li>{_link(file, text)}</li>" for file, text in _FILES.items()),
        talks=_table(
            (_link(file, f"{talk.name or '—'} #{talk.dstid}") if file else html.escape(talk.name), str(count))
            for talk, file, count in told.talks
        ),
        uploads=_table(
            (
                f"{html.escape(own.name)} ✗" if own.name in missing else _link(f"media/{own.name}", own.name),
                _day(own.createat),
                f"{own.bytes:,}",
            )
            for own in told.uploads
        ),
    )


def _link(file: str, text: str) -> str:
    return f'<a href="{html.escape(file)}">{html.escape(text)}</a>'


def _table(lines: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)


def _day(ms: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(ms / 1000))
