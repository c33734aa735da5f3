"""Voice and films of many senders at once."""

import asyncio
import os
import re
import stat
from pathlib import Path

import pytest

import config
from media.ffmpeg import Ffmpeg
from media.kinds import KINDS
from media.prepare import MediaPreparer, Sender
from protocol.errors import TryAgain


@pytest.fixture
def stand_in(tmp_path, io_loop):
    """A preparer whose ffmpeg waits for the file `go` when it is to make a still, and notes what it was asked
    and what it may use."""
    program = tmp_path / "ffmpeg"
    program.write_text(f"""#!/bin/sh
    cd {tmp_path}
    echo "$@" >> asked
    cat /proc/$$/limits > limits
    case "$*" in *image2*) while [ ! -e go ]; do sleep 0.05; done;; esac
    exit 1
    """)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    preparer = MediaPreparer(config.Uploads(), Ffmpeg(str(program)))
    yield preparer
    io_loop.run_sync(preparer.close)


@pytest.fixture
def sent(stand_in, tmp_path):
    """Begin to prepare a file of some kind for somebody."""
    count = iter(range(100))

    def sent(ext: str, caller: str, gone: "asyncio.Future[None] | None" = None) -> "asyncio.Task":
        path = tmp_path / f"{caller}{next(count)}"
        path.write_bytes(b"nothing in it")
        sender = Sender(caller, disconnected=gone)
        return asyncio.create_task(stand_in.prepare(str(path), KINDS[ext], str(tmp_path), sender))

    return sent


def asked(tmp_path: Path) -> list[str]:
    """For whom ffmpeg was begun, in order."""
    lines = (tmp_path / "asked").read_text().splitlines() if (tmp_path / "asked").exists() else []
    files = [word for line in lines if "image2" in line for word in line.split() if "/" in word]
    return [os.path.basename(word).rstrip("0123456789") for word in files if "still" not in word]


async def test_voice_waits_for_no_film(sent, tmp_path):
    """However many films somebody sends, another's voice is ready at once, and another's film is next."""
    films = [sent("mp4", "eve") for _ in range(4)]
    while not asked(tmp_path):
        await asyncio.sleep(0.01)
    last = sent("mp4", "bob")
    voice = await sent("weba", "ann")
    assert voice.kind.ext == "weba"
    assert not any(film.done() for film in films)
    (tmp_path / "go").touch()
    await asyncio.gather(*films, last)
    assert asked(tmp_path) == ["eve", "bob", "eve", "eve", "eve"]


async def test_given_up_when_the_sender_has_gone(sent, stand_in, tmp_path):
    """Who hangs up takes no turn, and what was begun for them ends."""
    gone = asyncio.get_running_loop().create_future()
    films = [sent("mp4", name, gone) for name in ("eve", "eve", "bob")]
    while not asked(tmp_path):
        await asyncio.sleep(0.01)
    gone.set_result(None)
    assert [type(end) for end in await asyncio.gather(*films, return_exceptions=True)] == [TryAgain] * 3
    assert asked(tmp_path) == ["eve"]
    assert stand_in.stats()["media_ffmpeg_waiting"] == 0


async def test_what_ffmpeg_may_do(sent, tmp_path):
    """A file of a stranger is read as what it is and nothing else, with bounded time, memory and disk."""
    await sent("weba", "ann")
    line = (tmp_path / "asked").read_text()
    assert "-protocol_whitelist file" in line and "-f matroska -i" in line and "-codec_whitelist" in line
    limits = (tmp_path / "limits").read_text()
    for bound in ("cpu time", "address space", "file size", "core file size"):
        assert re.search(rf"^Max {bound} +\d+ ", limits, re.M), limits
