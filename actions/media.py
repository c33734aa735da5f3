"""Uploads: from a spooled file to an address that others can show, and away with what nobody shows."""

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from actions.budget import Holding
from actions.services import Services
from database.disk import Disk
from media import prepare, spool
from media.kinds import KINDS, Kind, Sort
from media.prepare import Prepared, Sender
from models import media
from protocol import rows
from protocol.clock import now_ms
from protocol.errors import BadArgument, NotLoggedIn, TooLarge, TryAgain
from protocol.media import PREFIX, file_name, thumb_name

log = logging.getLogger("magpie.uploads")

ROUND = 100  # uploads claimed at once, so that a transaction stays short
#: Uploads leave so much more of the disk free than text does.
UPLOADS_KEEP = 2


class Incoming:
    """One file on its way in: what is there of it, and what it takes of the budget until it is `remove`d.

    Its sender is counted as far as they are known when it begins: a user, or an address.
    """

    def __init__(self, app: Services, file: spool.Spool, under_way: Sequence[Holding], held: Holding) -> None:
        self._app, self.spool = app, file
        self._under_way, self._held = under_way, held

    @classmethod
    async def begin(cls, app: Services, address: str, user_id: int | None) -> Self:
        """A new file from `address` (as the budget knows it). Raises SlowDown, and TryAgain when the disk is
        nearly full."""
        caller = user_id or address
        under_way: list[Holding] = []
        try:
            under_way.append(app.budget.hold("uploads", caller))
            under_way.append(app.budget.hold("address_uploads", address))
            held = app.budget.hold("spool_bytes", caller, 0)
            folder = app.config.data / "spool"
            disk = Disk(folder, UPLOADS_KEEP * app.config.server.min_free_bytes)
            file = await spool.Spool.open(folder, disk.nearly_full)
        except BaseException:
            for holding in under_way:
                holding.release()
            raise
        return cls(app, file, under_way, held)

    async def write(self, data: bytes, known: bool) -> None:
        """A piece more; a slow disk slows the sender down. `known`: a user sends it. Raises TooLarge,
        SlowDown, TryAgain."""
        if self.spool.size + len(data) > max_bytes(self._app, known):
            raise too_large(self._app, known)
        self._held.grow(len(data))
        await self.spool.write(data)

    async def remove(self) -> None:
        """All of it goes, also what was made of it."""
        await self.spool.remove()
        for holding in (*self._under_way, self._held):
            holding.release()


def max_bytes(app: Services, known: bool) -> int:
    """The largest file that somebody may send who is logged in (`known`) or not."""
    settings = app.config.uploads
    return settings.max_bytes if known else min(settings.anonymous_max_bytes, settings.max_bytes)


def too_large(app: Services, known: bool) -> TooLarge:
    limit = max_bytes(app, known) / (1 << 20)
    return TooLarge(f"文件不能超过 {limit:.4g} MiB", f"A file can have {limit:.4g} MiB at most")


async def store(
    app: Services,
    file: spool.Spool,
    owner: int | None,
    called: str = "",
    sender: Sender | None = None,
    raw: bool = False,
) -> rows.StoredUpload:
    """Make the spooled upload of `owner` (None: not logged in) ready, store it, and tell its addresses.
    `called`: the name it has at its sender's; `sender` takes turns with others and may go away; `raw` stores
    it bit for bit, to be saved and not shown. Raises BadArgument, TooLarge (quota, too), NotLoggedIn,
    SlowDown, TryAgain."""
    if not file.size:
        raise BadArgument("文件是空的", "The file is empty")
    kind = await app.preparer.sniff(file.path)
    if not owner and (raw or kind.sort is not Sort.PICTURE):
        raise NotLoggedIn()
    if file.size > max_bytes(app, bool(owner)):
        raise too_large(app, bool(owner))
    prepared = await _prepared(app, file, kind, sender or Sender(owner, known=owner is not None), raw)
    size, whole = await asyncio.to_thread(_sizes, prepared)

    key = new_key()
    name = file_name(key, prepared.kind.ext)
    thumb = thumb_name(key, prepared.thumb_ext) if prepared.thumb else ""
    row: media.NewRow = {
        "key": key,
        "owner": owner or 0,
        "ext": prepared.kind.ext,
        "thumb_ext": prepared.thumb_ext,
        "mime": prepared.kind.mime,
        "bytes": whole,
        "width": prepared.width,
        "height": prepared.height,
        "createat": now_ms(),
    }
    await app.db.write(media.reserve, row, app.config.uploads.quota_bytes)
    try:
        if thumb:
            await app.storage.put(thumb, prepared.thumb, KINDS[prepared.thumb_ext].mime, True)
        kind = prepared.kind
        await app.storage.put(name, prepared.path, kind.mime, kind.inline, "" if kind.inline else called)
    except Exception:
        await app.db.write_always(media.release, key)
        raise

    url = PREFIX + name
    own_thumb = url if prepared.kind.sort is Sort.PICTURE else ""
    return {
        "url": url,
        "pic": PREFIX + thumb if thumb else own_thumb,
        "type": prepared.kind.sort.value,
        "bytes": size,
        "width": prepared.width,
        "height": prepared.height,
        "frames": prepared.frames,
    }


async def _prepared(app: Services, file: spool.Spool, kind: Kind, sender: Sender, raw: bool) -> Prepared:
    if raw:
        return prepare.untouched(file.path, kind)
    with app.budget.hold("media_jobs", sender.caller):
        return await app.preparer.prepare(file.path, kind, file.folder, sender)


async def sweep_spool(app: Services) -> None:
    """Deletes what a crash has left of uploads on this machine's disk."""
    await asyncio.to_thread(spool.sweep, app.config.data / "spool")


async def collect_unattached(app: Services) -> int:
    """Delete the uploads that nothing shows after `uploads.unattached_seconds`; how many it were.

    Claim, bytes, row: in this order, because each step can be the last before a crash. The claim is what
    a message that is being sent at this moment competes with: whichever changes the state first wins, so no
    bytes go that a message shows. Bytes go before the row says so, since a row without bytes is found again
    and bytes without a row never are; and the quota comes back with the row's change, in one transaction, so
    it comes back once. Every step may be repeated, by the next round or by another process.
    """
    await app.db.write(media.purge, now_ms())
    before = now_ms() - app.config.uploads.unattached_seconds * 1000
    collected = 0
    while claimed := await app.db.write_always(media.claim_unattached, before, ROUND):
        for attachment in claimed:
            try:
                for name in attachment.names:
                    await app.storage.delete(name)
            except TryAgain as refusal:  # the storage is away: the claim stays for a later round
                log.warning("collecting uploads: %s", refusal)
                return collected
            await app.db.write_always(media.forget, attachment)
            collected += 1
    return collected


def new_key() -> str:
    """A key nobody can guess: the month, for folders of a bearable size, and 128 random bits."""
    return time.strftime("%Y/%m/", time.gmtime()) + secrets.token_urlsafe(16)


def _sizes(prepared: Prepared) -> tuple[int, int]:
    """Bytes of the original, and of original and thumbnail together."""
    size = Path(prepared.path).stat().st_size
    return size, size + (Path(prepared.thumb).stat().st_size if prepared.thumb else 0)
