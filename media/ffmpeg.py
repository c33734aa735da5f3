"""FFmpeg as a separate process, where it is installed. Without it sound and video stay as they came."""

import asyncio
import logging
import shutil
from asyncio.subprocess import DEVNULL

log = logging.getLogger("magpie.media")

TIMEOUT = 30.0  # seconds; a voice of a minute takes 0.3, so this is only for the broken and the huge
AT_ONCE = 1  # processes: the other core belongs to the loop

# Files of strangers: nothing but the file itself is opened, in the form that its bytes claim, one thread
# each.
_CAREFUL = ["-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-threads", "1"]
_DEMUXERS = {"weba": "matroska", "webm": "matroska", "mp4": "mov", "mov": "mov"}


class Ffmpeg:
    def __init__(self, program: str | None = "ffmpeg", timeout: float = TIMEOUT):
        """`program` is looked for in PATH; None does without."""
        self._program = shutil.which(program) if program else None
        self._timeout = timeout
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = self._failed = 0

    async def voice_to_m4a(self, source: str, ext: str, target: str) -> bool:
        """The sound of `source` (a file of kind `ext`) as AAC, which every browser plays, in `target`.

        False when that did not work.
        """
        return await self._run(
            source,
            ext,
            "-map",
            "0:a:0",
            "-map_metadata",
            "-1",
            "-c:a",
            "aac",
            "-b:a",
            "64k",
            "-ac",
            "1",
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
            target,
        )

    async def still(self, source: str, ext: str, target: str, max_pixels: int) -> bool:
        """The first picture of a video as a JPEG in `target`. False when that did not work."""
        return await self._run(
            source,
            ext,
            "-map",
            "0:v:0",
            "-frames:v",
            "1",
            "-map_metadata",
            "-1",
            "-c:v",
            "mjpeg",
            "-q:v",
            "3",
            "-pix_fmt",
            "yuvj420p",
            "-f",
            "image2",
            "-update",
            "1",
            target,
            max_pixels=max_pixels,
        )

    def stats(self) -> dict[str, int]:
        """`media_ffmpeg_waiting`: files that are being converted or wait for their turn;
        `media_ffmpeg_failed`: those for which it did not work, since the start."""
        return {"media_ffmpeg_waiting": self._waiting, "media_ffmpeg_failed": self._failed}

    async def _run(self, source: str, ext: str, *output: str, max_pixels: int = 0) -> bool:
        if not self._program:
            return False
        self._waiting += 1
        try:
            done = await self._convert(self._program, source, ext, *output, max_pixels=max_pixels)
        finally:
            self._waiting -= 1
        if not done:
            self._failed += 1
        return done

    async def _convert(self, program: str, source: str, ext: str, *output: str, max_pixels: int) -> bool:
        limit = ["-max_pixels", str(max_pixels)] if max_pixels else []
        arguments = [*_CAREFUL, *limit, "-f", _DEMUXERS[ext], "-i", source, *output]
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                program, *arguments, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
            try:
                async with asyncio.timeout(self._timeout):
                    status = await process.wait()
            except TimeoutError:
                log.info("ffmpeg took more than %g s for a .%s file", self._timeout, ext)
                return False
            finally:  # a cancelled upload ends its process, too
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return status == 0
