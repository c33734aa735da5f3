"""Files to upload, made on the spot: pictures by Pillow, sound and video by FFmpeg."""

import io
import shutil
import struct
import subprocess

import pytest
from PIL import Image

needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")


def picture(
    form: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    mode: str = "RGB",
    colour: object = "red",
    **options: object,
) -> bytes:
    """One picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, form, **options)
    return out.getvalue()


def many_scans(size: tuple[int, int], scans: int) -> bytes:
    """A grey progressive JPEG whose every scan says in some bytes that it changes nothing (ITU T.81, G.1.2):
    a decoder looks at all blocks each time."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body

    def coded(bits: str) -> bytes:
        bits += "1" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")

    width, height = size
    blocks = -(-width // 8) * -(-height // 8)
    zeros = "0" + "1" * 14  # the end of band of 32767 blocks
    first = segment(0xDA, b"\1\1\0\0\0\0") + coded("0" * blocks)
    band = coded(zeros * -(-blocks // 32767))
    begun = segment(0xDA, b"\1\1\0\1\x3f\x0d") + band
    refined = segment(0xDA, b"\1\1\0\1\x3f\x10") + band
    tables = segment(0xC4, b"\0\1" + bytes(15) + b"\0") + segment(0xC4, b"\x10\1" + bytes(15) + b"\xe0")
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    quantisation = segment(0xDB, b"\0" + b"\1" * 64)
    head = b"\xff\xd8" + quantisation + frame + tables
    return head + first + begun + refined * (scans - 2) + b"\xff\xd9"


def noise(size: tuple[int, int]) -> Image.Image:
    """A picture that compresses badly, as photographs do."""
    return Image.effect_noise(size, 60).convert("RGB")


def animation(form: str = "GIF", frames: int = 3, size: tuple[int, int] = (32, 32)) -> bytes:
    """Some frames, each of another colour."""
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", size, (255 * n // frames, 0, 255)) for n in range(frames)]
    first.save(out, form, save_all=True, append_images=rest, duration=80, loop=0)
    return out.getvalue()


def ffmpeg(*arguments: str, to: str) -> bytes:
    """What ffmpeg makes of generated input, in the container `to`."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]
    if to in ("mp4", "mov", "ipod"):
        command += ["-movflags", "frag_keyframe+empty_moov"]  # may be written to a pipe
    return subprocess.run([*command, "-f", to, "pipe:1"], capture_output=True, check=True).stdout


def voice(codec: str = "libopus", to: str = "webm", seconds: int = 2) -> bytes:
    """A tone, as a browser's recorder would store it."""
    return ffmpeg(
        "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", "-ac", "1", "-c:a", codec, to=to
    )


def video(codec: str, to: str, sound: str, size: str = "640x360") -> bytes:
    """A second of the test card with a tone."""
    return ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc=duration=1:size={size}:rate=10",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        codec,
        "-c:a",
        sound,
        to=to,
    )


def packets(path: str) -> set[str]:
    """The check sums of all pictures and sounds in a file, as they are coded."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "pipe:1"]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    return {line.rpartition(",")[2] for line in lines if not line.startswith("#")}


def probe(path: str) -> str:
    """What ffprobe says of a file: codec type, codec, duration, one line for each stream."""
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "stream=codec_type,codec_name:format=duration",
        "-of",
        "csv=p=0",
        path,
    ]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout
