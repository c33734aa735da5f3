"""Makes an uploaded file ready to be stored and shown."""

import asyncio
import base64
import logging
import os
from collections.abc import Hashable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from media.ffmpeg import Ffmpeg
from media.kinds import KINDS, Kind, Sort
from media.sniff import lacks_length, sniff
from media.turns import Turns
from media.workers import WorkerLost, Workers
from protocol.errors import BadArgument, TryAgain

if TYPE_CHECKING:
    import config

log = logging.getLogger("magpie.media")

AT_ONCE = 2  #: pictures: each may take 40 Mpx × 4 bytes twice over
PATIENCE_S = 60.0  #: that a picture waits for its turn


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose file it is: `caller` takes turns with others, `known` is logged in, and `disconnected` is done
    when nobody waits for the answer any more."""

    caller: Hashable
    known: bool = True
    disconnected: "asyncio.Future[None] | None" = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file to store, and its thumbnail."""

    kind: Kind
    path: str
    width: int = 0  #: pixels, upright; 0 for sound and files
    height: int = 0
    frames: int = 0  #: of a picture: more than 1 when it moves
    thumb: str = ""  #: path, "" when there is none or the picture is its own
    thumb_ext: str = ""


def untouched(path: str, kind: Kind) -> Prepared:
    """The file as it came, for people to save: it is shown to nobody."""
    return Prepared(KINDS["bin"] if kind.inline else kind, path)


class MediaPreparer:
    """Decodes and converts in processes of their own, a few at a time, the callers in turn.

    `settings` is section `uploads` of the configuration. How many files may wait is for the caller to bound.
    """

    def __init__(
        self, settings: "config.Uploads", ffmpeg: Ffmpeg | None = None, workers: Workers | None = None
    ) -> None:
        self._limits = [settings.max_pixels, settings.max_frame_pixels]
        self._transcode_voice = settings.transcode_voice
        self._ffmpeg = ffmpeg or Ffmpeg()
        self._workers = workers or Workers()
        self._turns = Turns(AT_ONCE)
        self._strangers = Turns(1)  # whoever is not logged in never has all workers
        self._done = self._failed = 0

    async def sniff(self, path: str) -> Kind:
        """What the file at `path` is, by its first bytes."""
        return await asyncio.to_thread(sniff, path)

    async def prepare(self, path: str, kind: Kind, folder: str, sender: Sender) -> Prepared:
        """What shall be stored of the file at `path`, new files being written into `folder`.

        Pictures lose their notes and get a thumbnail; voice is made playable and films get a still, if FFmpeg
        is there and can. What cannot be shown is kept as a file, from who is logged in; from others it is
        refused (BadArgument). TryAgain when too many wait, or the sender has gone.
        """
        if kind.sort is Sort.FILE:
            return Prepared(kind, path)
        work = asyncio.ensure_future(self._prepare(path, kind, folder, sender))
        waited: list[asyncio.Future[Any]] = [work]
        if sender.disconnected is not None:
            waited.append(sender.disconnected)
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise TryAgain()
            return work.result()
        finally:
            work.cancel()
            await asyncio.wait((work,))  # what it began ends before its folder is removed

    async def small(self, path: str, kind: Kind, folder: str, caller: Hashable) -> Prepared | None:
        """A small still of a stranger's picture, drawn anew into `folder`; None when none can be made of it.
        TryAgain as `prepare`."""
        if kind.sort is not Sort.PICTURE:
            return None
        made = await self._picture("small", path, folder, Sender(caller, known=False), kind.ext)
        return None if made is None else Prepared(KINDS[made["thumb_ext"]], **made)

    async def page(self, page: bytes, charset: str, caller: Hashable) -> dict[str, str]:
        """What a stranger's page says of itself (`media.pages`); nothing when it was too much. TryAgain as
        `prepare`."""
        asked: dict[str, object] = {
            "job": "page",
            "page": base64.b64encode(page).decode(),
            "charset": charset,
        }
        answered = await self._ask(asked, Sender(caller, known=False), "html")
        told: dict[str, str] = answered.get("page", {})
        return told

    async def _prepare(self, path: str, kind: Kind, folder: str, sender: Sender) -> Prepared:
        if kind.sort is Sort.PICTURE:
            made = await self._picture("prepare", path, folder, sender, kind.ext)
            if made:
                return Prepared(kind, **made)
            if not sender.known:
                raise BadArgument("图片已损坏或格式不支持", "The picture is broken or of an unknown form")
            return untouched(path, kind)
        if kind.sort is Sort.SOUND:
            return await self._sound(path, kind, folder, sender)
        return await self._film(path, kind, folder, sender)

    async def _sound(self, path: str, kind: Kind, folder: str, sender: Sender) -> Prepared:
        if not self._transcode_voice:
            return Prepared(kind, path)
        target = os.path.join(folder, "voice.m4a")
        if kind.ext in ("weba", "amr"):  # not played by Safari; by no browser
            done = await self._ffmpeg.voice_to_m4a(path, kind.ext, target, sender.caller)
        elif kind.ext == "aac" or (kind.ext == "m4a" and await asyncio.to_thread(lacks_length, path, kind)):
            done = await self._ffmpeg.rewrap(path, kind.ext, target, "mp4", sender.caller)
        else:
            return Prepared(kind, path)
        return Prepared(KINDS["m4a"], target) if done else Prepared(kind, path)

    async def _film(self, path: str, kind: Kind, folder: str, sender: Sender) -> Prepared:
        if await asyncio.to_thread(lacks_length, path, kind):
            target = os.path.join(folder, f"film.{kind.ext}")
            if await self._ffmpeg.rewrap(path, kind.ext, target, kind.ext, sender.caller):
                path = target
        still = os.path.join(folder, "still.jpg")
        if await self._ffmpeg.still(path, kind.ext, still, self._limits[0], sender.caller):
            made = await self._picture("thumbnail", still, folder, sender)
            if made:
                return Prepared(kind, **(made | {"path": path, "frames": 0}))
        return Prepared(kind, path)

    async def _picture(
        self, job: str, source: str, folder: str, sender: Sender, ext: str = "jpg"
    ) -> dict[str, Any] | None:
        """The picture that a worker made, None when it could make none of this file."""
        asked: dict[str, object] = {
            "job": job,
            "source": source,
            "folder": folder,
            "ext": ext,
            "limits": self._limits,
        }
        answered = await self._ask(asked, sender, ext)
        if "failed" in answered:
            log.warning("a picture could not be prepared: %s", answered["failed"])
            raise TryAgain()
        if "broken" in answered:
            self._failed += 1
            return None
        self._done += 1
        made: dict[str, Any] = answered["picture"]
        return made

    async def _ask(self, asked: dict[str, object], sender: Sender, ext: str) -> dict[str, Any]:
        """What a worker answers, when it is the sender's turn."""
        try:
            async with AsyncExitStack() as turn:
                for turns in (self._turns,) if sender.known else (self._strangers, self._turns):
                    await turn.enter_async_context(turns.turn(sender.caller, PATIENCE_S))
                return await self._workers.run(asked)
        except TimeoutError:
            raise TryAgain() from None
        except WorkerLost:
            log.info("a .%s file was too much for its worker", ext)
            return {"broken": "lost"}

    def stats(self) -> dict[str, int]:
        """`media_waiting`: pictures that wait for a worker; `media_running`: those in one. Since the start,
        `media_done`: those made ready, `media_failed`: those that could not be shown, `media_lost`: workers
        that ended over one. And the `media_ffmpeg_…` of `Ffmpeg`."""
        return {
            "media_waiting": self._turns.waiting + self._strangers.waiting,
            "media_running": self._turns.running,
            "media_done": self._done,
            "media_failed": self._failed,
            "media_lost": self._workers.lost,
            **self._ffmpeg.stats(),
        }

    async def close(self) -> None:
        """Ends the workers, whatever they do."""
        await self._workers.close()
