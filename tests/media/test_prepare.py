"""Voice and video, with FFmpeg and without."""

import asyncio
import os

import pytest

import config
from media.ffmpeg import Ffmpeg
from media.kinds import KINDS
from media.prepare import MediaPreparer, Sender
from media.sniff import lacks_length
from protocol.errors import BadArgument, TryAgain
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


async def prepare(preparer, path, sender=None):
    kind = await preparer.sniff(path)
    return await preparer.prepare(path, kind, os.path.dirname(path), sender or Sender("ann"))


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
    """A video shows its first picture before it plays; one that a recorder wrote without its length gets it,
    its pictures and sound untouched."""
    path = spooled(samples.video(codec, to, sound))
    assert lacks_length(path, KINDS[to])
    made = await prepare(make_preparer(), path)
    assert (made.kind.ext, made.width, made.height) == (to, 640, 360)
    assert not lacks_length(made.path, made.kind)
    assert "N/A" not in samples.probe(made.path)
    assert samples.packets(made.path) == samples.packets(path)
    again = await prepare(make_preparer(), made.path)
    assert again.path == made.path, "what has a length stays as it is"
    assert samples.probe(made.thumb).startswith("mjpeg,video")


@samples.needs_ffmpeg
@pytest.mark.parametrize(
    ("codec", "to"), [("aac", "mp4"), ("aac", "adts"), ("libopus", "webm"), ("amr", "amr")]
)
async def test_any_recorder(make_preparer, spooled, codec, to):
    """A voice from any recorder becomes one that plays everywhere, knows its length and can be sought."""
    amr = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100  # two seconds of silence; few encoders are left
    made = await prepare(make_preparer(), spooled(amr if to == "amr" else samples.voice(codec, to)))
    assert made.kind.ext == "m4a"
    stream, duration = samples.probe(made.path).split()
    assert stream == "aac,audio" and 1.9 < float(duration) < 2.2
    assert not lacks_length(made.path, made.kind)


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


async def test_a_broken_picture(make_preparer, spooled):
    """A broken picture of somebody who is logged in is kept as a file; nobody's avatar it can be."""
    preparer, path = make_preparer(), spooled(samples.picture("JPEG", (200, 200))[:900])
    made = await prepare(preparer, path)
    assert (made.kind.ext, made.path, made.width, made.thumb) == ("bin", path, 0, "")
    with pytest.raises(BadArgument):
        await prepare(preparer, path, Sender("127.0.0.1", known=False))
    assert preparer.stats()["media_failed"] == 2


async def test_a_sender_who_has_gone(make_preparer, spooled):
    """Nobody's work goes on for a sender who has hung up."""
    preparer, path = make_preparer(), spooled(samples.picture("JPEG", (200, 200)))
    gone = Sender("ann", disconnected=asyncio.get_running_loop().create_future())
    gone.disconnected.set_result(None)
    with pytest.raises(TryAgain):
        await prepare(preparer, path, gone)
    numbers = preparer.stats()
    assert (numbers["media_waiting"], numbers["media_running"]) == (0, 0)
    assert (await prepare(preparer, path)).width == 200


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
