"""What is made of a picture before others see it: runs in a worker (`media.worker`), never in the server.

A picture is kept as it was sent, without its notes (`media.containers`); it must be decoded here first. It is
drawn anew only when it must be turned upright, or has more pixels than a phone can show.
"""

import io
import os
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, JpegImagePlugin

from media import containers
from media.containers.facts import Broken, Facts, upright_by

FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
THUMB_EDGE = 640  #: pixels: a bubble of 300 at double density
SMALL_BYTES = 64 * 1024  #: a picture within the edge and this size is its own thumbnail
MOVING_BYTES = 4 << 20  #: so is an animation of at most this size, so that it moves in every bubble
SLIM = 2.5  #: how many times as long as wide a thumbnail may be; of what is longer a part is shown
#: Passes over a JPEG: each costs a look at every block, and an encoder makes ten or so.
MAX_SCANS = 40
MAX_FRAMES = 10_000

#: EXIF's number to what is done with the pixels.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: The colour space of a profile to Pillow's name of it.
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """`max_pixels` of one picture; `max_frame_pixels` of all frames of an animation together."""

    max_pixels: int
    max_frame_pixels: int


@dataclass(frozen=True, slots=True)
class Picture:
    path: str
    width: int
    height: int
    frames: int = 1  #: 1: it does not move
    thumb: str = ""  #: path of the thumbnail, "" when the picture is small enough to be its own
    thumb_ext: str = ""


def prepare(source: str, folder: str, ext: str, limits: PictureLimits) -> Picture:
    """The picture at `source`, of the form that its first bytes claim, as others shall get it, in `folder`.

    Raises `Broken` for what can't be shown: damaged, of another form, or more than the limits allow and
    nothing smaller can be made of it.
    """
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    target = os.path.join(folder, f"picture.{ext}")
    try:
        facts = containers.strip(source, target, ext)
        _check(facts, limits)
        shrink = _shrink_by(facts, ext, limits.max_pixels)
        Image.MAX_IMAGE_PIXELS = max(limits.max_pixels, facts.width * facts.height)
        turn = upright_by(facts.exif) if facts.frames == 1 else 1
        if shrink > 1 or turn > 1:
            _redraw(target, ext, facts, shrink, turn)
        with Image.open(target, formats=[FORMATS[ext]]) as image:
            return _with_thumb(image, target, folder, facts.frames)
    except (Broken, MemoryError):
        raise
    except Exception as error:  # a broken picture can end in nearly any exception
        if isinstance(error, OSError) and error.errno:
            raise  # the disk, not the picture
        raise Broken(f"{type(error).__name__}: {error}") from error


def small(source: str, folder: str, ext: str, limits: PictureLimits) -> Picture:
    """A small still of the picture at `source`, drawn anew whatever it is. Raises as `prepare`."""
    whole = prepare(source, folder, ext, limits)
    with Image.open(whole.path, formats=[FORMATS[ext]]) as image:
        path, form = _save_thumb(image, folder)
    with Image.open(path) as image:
        return Picture(path, *image.size, 1, path, form)


def thumbnail(source: str, folder: str) -> Picture:
    """A thumbnail for the JPEG at `source`, a still of a video; with the size of the original."""
    with Image.open(source, formats=["JPEG"]) as image:
        width, height = image.size
        thumb, ext = _save_thumb(image, folder)
        return Picture(source, width, height, 1, thumb, ext)


def _check(facts: Facts, limits: PictureLimits) -> None:
    """Before anything is decoded."""
    if facts.scans > MAX_SCANS:
        raise Broken(f"{facts.scans} scans")
    pixels = facts.frames * facts.width * facts.height
    if facts.frames > MAX_FRAMES or (facts.frames > 1 and pixels > limits.max_frame_pixels):
        raise Broken(f"{facts.frames} frames")


def _shrink_by(facts: Facts, ext: str, max_pixels: int) -> int:
    """1, 2, 4 or 8: a JPEG's decoder can leave pixels out, and so needs memory for what it gives only."""
    for scale in (1, 2, 4, 8) if ext == "jpg" else (1,):
        if facts.width * facts.height <= max_pixels * scale**2:
            return scale
    raise Broken("too many pixels")


def _redraw(path: str, ext: str, facts: Facts, shrink: int, turn: int) -> None:
    """The picture at `path` smaller, or upright, in its place."""
    with Image.open(path, formats=[FORMATS[ext]]) as image:
        options: dict[str, object] = {}
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            options = {"quality": 92, "subsampling": JpegImagePlugin.get_sampling(image)}
            image.draft(image.mode, (image.width // shrink, image.height // shrink))
        elif ext == "webp":
            options = {"lossless": True} if facts.lossless else {"quality": 92}
        profile = image.info.get("icc_profile")
        drawn: Image.Image = image.transpose(_TURNS[turn]) if turn > 1 else image.copy()
    if drawn.mode == "CMYK":  # what one encoder means by it another decoder does not
        drawn, profile = _in_srgb(drawn, profile), None
    if "transparency" in drawn.info:
        options["transparency"] = drawn.info["transparency"]
    drawn.info = {}
    drawn.save(path, FORMATS[ext], icc_profile=profile, **options)


def _with_thumb(image: Image.Image, path: str, folder: str, frames: int) -> Picture:
    """Decodes it, which shows that it is a picture."""
    width, height = image.size
    size = os.path.getsize(path)
    moves = frames > 1 and size <= MOVING_BYTES
    if moves or (max(width, height) <= THUMB_EDGE and size <= SMALL_BYTES):
        image.load()
        return Picture(path, width, height, frames)
    thumb, ext = _save_thumb(image, folder)
    return Picture(path, width, height, frames, thumb, ext)


def _save_thumb(image: Image.Image, folder: str) -> tuple[str, str]:
    """Into `folder`: JPEG, or WEBP where something shines through; in sRGB."""
    box = _part_shown(*image.size)
    shown = max(box[2] - box[0], box[3] - box[1])
    width = image.width
    if shown > 2 * THUMB_EDGE:  # a JPEG need not be decoded in full
        image.draft(image.mode, (2 * THUMB_EDGE * width // shown, 2 * THUMB_EDGE * image.height // shown))
    profile = image.info.get("icc_profile")
    image.load()
    scale = image.width / width
    left, upper, right, lower = (round(edge * scale) for edge in box)
    image = image.crop((left, upper, right, lower))
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    form, ext, mode = "JPEG", "jpg", "RGB"
    if image.has_transparency_data:
        form, ext, mode = "WEBP", "webp", "RGBA"
    if image.mode not in (mode, "L", "LA", "CMYK"):
        image = image.convert(mode)
    image.thumbnail((THUMB_EDGE, THUMB_EDGE), reducing_gap=2.0)
    image = _in_srgb(image, profile)
    if image.mode != mode:
        image = image.convert(mode)
    image.info = {}
    path = os.path.join(folder, f"thumb.{ext}")
    image.save(path, form, quality=80)
    return path, ext


def _part_shown(width: int, height: int) -> tuple[int, int, int, int]:
    """Left, upper, right and lower edge of what a thumbnail shows: all of it, the top of a long screenshot,
    the middle of a panorama."""
    if height > SLIM * width:
        return 0, 0, width, round(SLIM * width)
    if width > SLIM * height:
        left = round((width - SLIM * height) / 2)
        return left, 0, width - left, height
    return 0, 0, width, height


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as they are meant, for a picture that goes without its profile: phones write Display P3."""
    if not profile:
        return image.convert("RGB") if image.mode == "CMYK" else image
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = _SPACES[given.profile.xcolor_space]
        alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
        plain = image if image.mode == space else image.convert(space)
        srgb = ImageCms.createProfile("sRGB")
        done = ImageCms.profileToProfile(plain, given, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, KeyError, ValueError):
        return image.convert("RGB") if image.mode == "CMYK" else image  # a broken profile
    assert done is not None
    if alpha:
        done.putalpha(alpha)
    return done
