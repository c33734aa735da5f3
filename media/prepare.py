"""Makes an uploaded file ready to be stored and shown."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from media import pictures
from media.ffmpeg import Ffmpeg
from media.kinds import KINDS, Kind, Sort
from media.sniff import sniff
from protocol.errors import TryAgain

if TYPE_CHECKING:
    import config

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 2  # pictures at once: each may take 40 Mpx × 4 bytes twice over
MAX_WAITING = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file to store, and its thumbnail."""

    kind: Kind
    path: str
    width: int = 0  #: pixels, upright; 0 for sound and files
    height: int = 0
    thumb: str = ""  #: path, "" when there is none or the picture is its own
    thumb_ext: str = ""


class MediaPreparer:
    """Decodes and encodes in threads and processes of its own, a few at a time.

    `settings` is section `uploads` of the configuration.
    """

    def __init__(self, settings: "config.Uploads", ffmpeg: Ffmpeg | None = None) -> None:
        self._limits = pictures.PictureLimits(settings.max_pixels, settings.max_frame_pixels)
        self._limits.apply_to_pillow()
        self._transcode_voice = settings.transcode_voice
        self._ffmpeg = ffmpeg or Ffmpeg()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="media")
        self._waiting = 0
        self._counting = threading.Lock()
        self._running = self._failed = 0  # counted by the threads

    async def sniff(self, path: str) -> Kind:
        """What the file at `path` is, by its first bytes."""
        return await self._in_thread(sniff, path)

    async def prepare(self, path: str, kind: Kind, folder: str) -> Prepared:
        """What shall be stored of the file at `path`, new files being written into `folder`.

        Pictures are written anew (BadArgument when broken, TooLarge for too many pixels); WebM voice
        becomes M4A, a video gets a still, both if FFmpeg is there and can; the rest stays as it is.
        """
        if kind.sort is Sort.PICTURE:
            made = await self._in_thread(pictures.reencode, path, folder, kind, self._limits)
            return Prepared(kind, made.path, made.width, made.height, made.thumb, made.thumb_ext)
        if kind.ext == "weba" and self._transcode_voice:
            target = os.path.join(folder, "voice.m4a")
            if await self._ffmpeg.voice_to_m4a(path, kind.ext, target):
                return Prepared(KINDS["m4a"], target)
        if kind.sort is Sort.VIDEO:
            still = os.path.join(folder, "still.jpg")
            if await self._ffmpeg.still(path, kind.ext, still, self._limits.max_pixels):
                made = await self._in_thread(pictures.thumbnail, still, folder)
                return Prepared(kind, path, made.width, made.height, made.thumb, made.thumb_ext)
        return Prepared(kind, path)

    def stats(self) -> dict[str, int]:
        """`media_waiting`: files that wait for a thread or are in one; `media_running`: threads at work, if
        only for somebody who has gone; `media_failed`: files that could not be read, most of them broken
        pictures, since the start. And the `media_ffmpeg_…` of `Ffmpeg`."""
        return {
            "media_waiting": self._waiting,
            "media_running": self._running,
            "media_failed": self._failed,
            **self._ffmpeg.stats(),
        }

    async def close(self) -> None:
        """Let the running work end and drop the waiting."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._waiting >= MAX_WAITING:
            raise TryAgain()
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, self._counted, partial(work, *args, **kwargs)
        )
        running.add_done_callback(self._done)  # called when the waiter was cancelled, too
        return await running

    def _done(self, _work: object) -> None:
        self._waiting -= 1

    def _counted(self, work: Callable[[], T]) -> T:
        """In a thread."""
        with self._counting:
            self._running += 1
        try:
            return work()
        except Exception:
            with self._counting:
                self._failed += 1
            raise
        finally:
            with self._counting:
                self._running -= 1
