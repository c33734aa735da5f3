"""FFmpeg as a separate process, where it is installed. Without it sound and video stay as they came."""

import asyncio
import logging
import os
import shutil
from collections.abc import Hashable

from media import confined, processes
from media.turns import Turns

log = logging.getLogger("magpie.media")

TIMEOUT = 15.0  #: seconds; a voice of a minute takes 0.3, so this is only for the broken and the huge
CPU_S = 10  #: seconds of a core
#: Address space: the first picture of a film in 4K needs 500 MiB, half of it for the program's libraries.
MEMORY_BYTES = 1 << 30
FILE_BYTES = 128 << 20  #: the largest file it may write
#: A sound of at most so many bytes is somebody talking, for minutes: it does not wait for films and long
#: recordings, which have a process of their own.
TALK_BYTES = 2 << 20
#: Seconds that a file waits for its turn. Then it is kept as it came: a film without a still is better than a
#: sender who waits.
TALK_PATIENCE_S, PATIENCE_S = 20.0, 10.0

# Files of strangers: nothing but the file itself is opened, in the form that its bytes claim, by decoders of
# what phones, cameras and browsers record; one thread each.
_DEMUXERS = {"amr": "amr", "aac": "aac", "weba": "matroska", "webm": "matroska"} | dict.fromkeys(
    ("m4a", "mp4", "mov"), "mov"
)
_SOUNDS = {"weba", "amr", "aac", "m4a"}
_DECODERS = (
    "opus,libopus,vorbis,aac,mp3float,mp3,amrnb,amrwb,flac,alac,pcm_s16le,pcm_s16be,"
    "h264,hevc,vp8,vp9,libvpx-vp9,av1,libdav1d,mpeg4,h263,mjpeg"
)
_CAREFUL = (
    *("-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-codec_whitelist", _DECODERS),
    *("-threads", "1"),
)
#: Neither place nor camera, and the index in front, so that a player can begin before all is there.
_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart")


class Ffmpeg:
    """Each method makes of the file `source`, of kind `ext`, another one, `target`; `caller` is whose turn it
    takes. False: it did not work, or there was no time for it."""

    def __init__(self, program: str | None = "ffmpeg", timeout: float = TIMEOUT):
        """`program` is looked for in PATH; None does without."""
        self._program = shutil.which(program) if program else None
        self._timeout = timeout
        self._talks, self._others = Turns(1), Turns(1)
        self._waiting = self._done = self._failed = 0

    async def voice_to_m4a(self, source: str, ext: str, target: str, caller: Hashable) -> bool:
        """Its sound as AAC, which every browser plays."""
        sound = ("-map", "0:a:0", "-c:a", "aac", "-b:a", "64k", "-ac", "1", *_BARE, "-f", "mp4")
        return await self._run(caller, source, ext, (), *sound, target)

    async def rewrap(self, source: str, ext: str, target: str, form: str, caller: Hashable) -> bool:
        """The same pictures and sound in a container of `form` that says how long they are."""
        streams = ("-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", *_BARE, "-f", form)
        return await self._run(caller, source, ext, (), *streams, target)

    async def still(self, source: str, ext: str, target: str, max_pixels: int, caller: Hashable) -> bool:
        """The first picture of a video as a JPEG."""
        picture = ("-map", "0:v:0", "-frames:v", "1", "-map_metadata", "-1", "-c:v", "mjpeg", "-q:v", "3")
        form = ("-pix_fmt", "yuvj420p", "-f", "image2", "-update", "1")
        limit = ("-max_pixels", str(max_pixels))
        return await self._run(caller, source, ext, limit, *picture, *form, target)

    def stats(self) -> dict[str, int]:
        """`media_ffmpeg_waiting`: files that are being converted or wait for their turn. Since the start,
        `media_ffmpeg_done`: those converted, `media_ffmpeg_failed`: those for which it did not work."""
        return {
            "media_ffmpeg_waiting": self._waiting,
            "media_ffmpeg_done": self._done,
            "media_ffmpeg_failed": self._failed,
        }

    async def _run(
        self, caller: Hashable, source: str, ext: str, limits: tuple[str, ...], *output: str
    ) -> bool:
        if not self._program:
            return False
        talk = ext in _SOUNDS and await asyncio.to_thread(os.path.getsize, source) <= TALK_BYTES
        turns, patience_s = (self._talks, TALK_PATIENCE_S) if talk else (self._others, PATIENCE_S)
        self._waiting += 1
        done = False
        try:
            async with turns.turn(caller, patience_s):
                read = (*limits, "-f", _DEMUXERS[ext], "-i", source)
                done = await self._convert(self._program, *read, *output)
        except TimeoutError:
            log.info("ffmpeg had no time for a .%s file", ext)
        finally:
            self._waiting -= 1
        if done:
            self._done += 1
        else:
            self._failed += 1
        return done

    async def _convert(self, program: str, *arguments: str) -> bool:
        bounds = map(str, (CPU_S, MEMORY_BYTES, FILE_BYTES, os.getpid()))
        confined_by = ("-I", "-S", confined.__file__, *bounds)
        process = await processes.begin(*confined_by, program, *_CAREFUL, *arguments)
        try:
            async with asyncio.timeout(self._timeout):
                return await process.wait() == 0
        finally:  # a sender who has gone ends its process, too
            await processes.end(process)
