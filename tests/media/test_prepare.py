"""Voice and video, with FFmpeg and without."""

import asyncio
import os
import threading

import pytest

import config
from media.ffmpeg import Ffmpeg
from media.prepare import MAX_WAITING, THREADS, MediaPreparer
from protocol.errors import TryAgain
from tests import samples


@pytest.fixture
def make_preparer(io_loop):
    made = []

    def make(program="ffmpeg", timeout=30.0, **settings):
        made.append(MediaPreparer(config.Uploads(**settings), Ffmpeg(program, timeout)))
        return made[-1]

    yield make
    for preparer in made:
        io_loop.run_sync(preparer.close)


@pytest.fixture
def spooled(tmp_path):
    """Write some bytes to a file; its path."""

    def spooled(content: bytes) -> str:
        (tmp_path / "upload").write_bytes(content)
        return str(tmp_path / "upload")

    return spooled


async def prepare(preparer, path):
    return await preparer.prepare(path, await preparer.sniff(path), os.path.dirname(path))


@samples.needs_ffmpeg
async def test_voice_plays_everywhere(make_preparer, spooled):
    """A voice recorded by Chrome can be heard in Safari."""
    made = await prepare(make_preparer(), spooled(samples.voice(seconds=2)))
    assert made.kind.ext == "m4a"
    stream, duration = samples.probe(made.path).split()
    assert stream == "aac,audio"
    assert 1.9 < float(duration) < 2.2


@samples.needs_ffmpeg
@pytest.mark.parametrize("options", [{"program": None}, {"transcode_voice": False}, {"timeout": 0.0001}])
async def test_voice_stays_as_it_came(make_preparer, spooled, options):
    """Without FFmpeg, when switched off, or when it takes too long, a voice is kept as it is."""
    path = spooled(samples.voice())
    made = await prepare(make_preparer(**options), path)
    assert (made.kind.ext, made.path) == ("weba", path)


async def test_broken_voice_stays_as_it_came(make_preparer, spooled):
    """What FFmpeg cannot read is kept as it is."""
    path = spooled(b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm" + bytes(300))
    assert (await prepare(make_preparer(), path)).path == path


@samples.needs_ffmpeg
@pytest.mark.parametrize(("codec", "to", "sound"), [("libvpx", "webm", "libopus"), ("libx264", "mp4", "aac")])
async def test_a_video_has_a_still(make_preparer, spooled, codec, to, sound):
    """A video is kept as it is and shows its first picture before it plays."""
    path = spooled(samples.video(codec, to, sound))
    made = await prepare(make_preparer(), path)
    assert (made.kind.ext, made.path) == (to, path)
    assert (made.width, made.height) == (640, 360)
    assert samples.probe(made.thumb).startswith("mjpeg,video")


@samples.needs_ffmpeg
async def test_a_video_of_too_many_pixels_has_none(make_preparer, spooled):
    """A video too large to decode safely goes without a still."""
    path = spooled(samples.video("libvpx", "webm", "libopus"))
    assert (await prepare(make_preparer(max_pixels=1000), path)).thumb == ""


async def test_a_file_stays_as_it_came(make_preparer, spooled):
    """A document is stored unchanged."""
    path = spooled(b"%PDF-1.7")
    made = await prepare(make_preparer(), path)
    assert (made.kind.ext, made.path, made.thumb) == ("pdf", path, "")


async def test_a_flood_is_refused(make_preparer, spooled):
    """When very many uploads wait, the next is asked to come again instead of filling the memory."""
    preparer = make_preparer()
    path = spooled(b"text")
    results = await asyncio.gather(
        *(preparer.sniff(path) for _ in range(MAX_WAITING + 1)), return_exceptions=True
    )
    assert [type(result) for result in results].count(TryAgain) == 1
    assert (await preparer.sniff(path)).ext == "txt"


async def test_work_is_counted(make_preparer, spooled):
    """Whoever watches the server sees how many files wait, how many are worked on, and how many failed."""
    preparer = make_preparer()
    nothing = {"media_ffmpeg_waiting": 0, "media_ffmpeg_failed": 0}
    assert preparer.stats() == {"media_waiting": 0, "media_running": 0, "media_failed": 0} | nothing
    begun, end = threading.Barrier(THREADS + 1), threading.Event()

    def work():
        begun.wait(10)
        end.wait(10)

    works = [asyncio.ensure_future(preparer._in_thread(work)) for _ in range(THREADS)]
    works.append(asyncio.ensure_future(preparer.sniff("/nowhere")))
    await asyncio.to_thread(begun.wait, 10)
    numbers = preparer.stats()
    assert (numbers["media_waiting"], numbers["media_running"]) == (THREADS + 1, THREADS)
    end.set()
    *_, missing = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(missing, FileNotFoundError)
    assert preparer.stats() == {"media_waiting": 0, "media_running": 0, "media_failed": 1} | nothing


@samples.needs_ffmpeg
async def test_conversions_are_counted(make_preparer, spooled):
    """Whoever watches the server sees that FFmpeg fails."""
    preparer = make_preparer()
    preparing = asyncio.create_task(
        prepare(preparer, spooled(b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm" + bytes(300)))
    )
    while not preparer.stats()["media_ffmpeg_waiting"]:
        await asyncio.sleep(0)
    await preparing
    numbers = preparer.stats()
    assert (numbers["media_ffmpeg_waiting"], numbers["media_ffmpeg_failed"]) == (0, 1)
