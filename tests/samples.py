"""Files to upload, made on the spot: pictures by Pillow, sound and video by FFmpeg."""

import io
import shutil
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
