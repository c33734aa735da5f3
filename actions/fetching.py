"""What the page behind a link says of itself, and a copy of its picture: fetched from machines of strangers.

Each step goes to an address that `outgoing` has checked anew, redirections too, and all of them together end
in time. What came is read in a worker (`media`).
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from actions.media import new_key
from database.disk import Disk
from media import spool
from media.prepare import Prepared
from models import media
from outgoing.addresses import Forbidden
from outgoing.client import Client, Reply, Unreachable
from protocol import rows
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.limits import MAX_PREVIEW_SITE, MAX_PREVIEW_TEXT, MAX_PREVIEW_TITLE
from protocol.media import PREFIX, file_name
from protocol.names import shown

if TYPE_CHECKING:
    from actions.services import Services

log = logging.getLogger("magpie.previews")

#: Bytes of a page that are read, and of a picture; seconds for each, with all redirections.
PAGE_BYTES, PICTURE_BYTES = 64 * 1024, 2 << 20
SECONDS = 5.0
REDIRECTS = 3
#: The ports that are spoken to.
PORTS = (80, 443)
#: How an answer may be packed, as far as that was asked for.
_PACKED = ("identity", "gzip", "x-gzip")
#: Pictures leave so much more of the disk free than text does.
_KEEP = 2

_AGENT = "Mozilla/5.0 (compatible; Magpie; link preview)"
_PAGE = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
_PICTURE = {"Accept": "image/jpeg,image/png,image/webp,image/gif"}
_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\s*(?:;|\Z)", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]{1,40})", re.IGNORECASE)


async def look(app: "Services", client: Client, address: str) -> rows.Preview | None:
    """The preview of a page, None when it has none. Its picture is stored, and nothing shows it yet. Raises
    `Forbidden` for an address that may not be asked, `Unreachable`, and `TryAgain` where we are at fault."""
    where, reply = await _get(client, address, _PAGE, PAGE_BYTES)
    kind = reply.headers.get("content-type", "")
    if reply.status != 200 or not _HTML.match(kind):
        return None
    named = _CHARSET.search(kind)
    said = await app.preparer.page(reply.body, named[1] if named else "", "previews")
    title = _shown(said.get("title", ""), MAX_PREVIEW_TITLE)
    if not title:
        return None
    found: rows.Preview = {"url": address, "title": title}
    if desc := _shown(said.get("desc", ""), MAX_PREVIEW_TEXT):
        found["desc"] = desc
    if site := _shown(said.get("site", ""), MAX_PREVIEW_SITE):
        found["site"] = site
    if said.get("pic"):
        await _with_picture(app, client, where, said["pic"], found)
    return found


async def _get(client: Client, url: str, headers: Mapping[str, str], limit: int) -> tuple[str, Reply]:
    """What is at `url`, and where that led to."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    for _ in range(1 + REDIRECTS):
        wanted = {"User-Agent": _AGENT, **headers}
        left = max(end - loop.time(), 0.0)
        reply = await client.exchange("GET", url, wanted, limit=limit, seconds=left)
        if reply.status not in (301, 302, 303, 307, 308) or not reply.headers.get("location"):
            if reply.headers.get("content-encoding", "identity").lower() not in _PACKED:
                raise Unreachable("packed in a way that nobody asked for")
            return url, reply
        url = _joined(url, reply.headers["location"])
    raise Unreachable("leads on and on")


def _joined(where: str, address: str) -> str:
    try:
        return urljoin(where, address)
    except ValueError:
        raise Forbidden("leads to no address")


def _shown(text: str, most: int) -> str:
    """One line of what can be seen, cut where there is more."""
    text = " ".join(shown(text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


async def _with_picture(
    app: "Services", client: Client, page: str, address: str, found: rows.Preview
) -> None:
    """With a copy of the picture that a page names, if it is one; else it stays as it is."""
    try:
        _, reply = await _get(client, _joined(page, address), _PICTURE, PICTURE_BYTES)
        if reply.status != 200 or not reply.whole or not reply.body:
            return
        folder = app.config.data / "spool"
        disk = Disk(folder, _KEEP * app.config.server.min_free_bytes)
        file = await spool.Spool.open(folder, disk.nearly_full)
        try:
            await file.write(reply.body)
            await file.finish()
            kind = await app.preparer.sniff(file.path)
            made = await app.preparer.small(file.path, kind, file.folder, "previews")
            if made is not None:
                found["pic"] = await _store(app, made)
                found["w"], found["h"] = made.width, made.height
        finally:
            await file.remove()
    except (Forbidden, Unreachable, Refusal) as refusal:
        log.debug("no picture of a page: %s", refusal)


async def _store(app: "Services", made: Prepared) -> str:
    """The address of a picture of ours, which is nobody's: until something shows it, it may be collected."""
    key = new_key()
    name = file_name(key, made.kind.ext)
    row: media.NewRow = {
        "key": key,
        "owner": 0,
        "ext": made.kind.ext,
        "thumb_ext": "",
        "mime": made.kind.mime,
        "bytes": (await asyncio.to_thread(Path(made.path).stat)).st_size,
        "width": made.width,
        "height": made.height,
        "createat": now_ms(),
    }
    await app.db.write(media.reserve, row, media.NO_QUOTA)
    try:
        await app.storage.put(name, made.path, made.kind.mime, True)
    except Exception:
        await app.db.write_always(media.release, key)
        raise
    return PREFIX + name
