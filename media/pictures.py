"""Pictures are decoded and written anew: what reaches other people was made by Pillow, not by the sender.

That drops whatever else a file can carry: EXIF with the place it was taken at, comments, a script behind a
picture's first bytes. Blocking and costly in memory (4 bytes a pixel): runs in an executor of few threads.
"""

import io
import os
import warnings
from dataclasses import dataclass

from PIL import GifImagePlugin, Image, ImageCms, ImageOps

from media.kinds import Kind
from protocol.errors import BadArgument, TooLarge

FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
THUMB_EDGE = 480  # pixels: a bubble's width on a phone at double density
SMALL_BYTES = 64 * 1024  # a picture within the edge and this size is its own thumbnail
MAX_FRAMES = 2000
_SAVE = {
    "JPEG": {"quality": 85},
    "PNG": {},
    "GIF": {},
    "WEBP": {"quality": 82, "method": 3},
}
_MODES = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"},
    "GIF": {"1", "L", "P", "RGB", "RGBA"},
    "WEBP": {"RGB", "RGBA"},
}


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """`max_pixels` of one picture; `max_frame_pixels` of all frames of an animation together."""

    max_pixels: int
    max_frame_pixels: int

    def apply_to_pillow(self) -> None:
        """Make Pillow's own guard as strict: a GIF's later frames may claim to be larger than the first."""
        Image.MAX_IMAGE_PIXELS = self.max_pixels
        warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
        # Keep a GIF's palette when frames share it, instead of guessing a new one for each.
        GifImagePlugin.LOADING_STRATEGY = GifImagePlugin.LoadingStrategy.RGB_AFTER_DIFFERENT_PALETTE_ONLY


@dataclass(frozen=True, slots=True)
class Picture:
    path: str
    width: int
    height: int
    thumb: str = ""  #: path of the thumbnail, "" when the picture is small enough to be its own
    thumb_ext: str = ""


def reencode(source: str, folder: str, kind: Kind, limits: PictureLimits) -> Picture:
    """The picture at `source`, of the kind that its first bytes claim, written anew into `folder`.

    Animated GIF and WEBP stay animated; the rest is turned upright as EXIF says and brought to sRGB.
    Raises TooLarge for too many pixels, before they are decoded, and BadArgument for what is broken.
    """
    try:
        with Image.open(source, formats=[FORMATS[kind.ext]]) as image:
            return _reencode(image, folder, kind, limits)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (TooLarge, MemoryError):
        raise
    except Exception as error:  # a broken picture can end in nearly any exception
        if isinstance(error, OSError) and error.errno:
            raise  # the disk, not the picture
        raise BadArgument("图片已损坏或格式不支持", "The picture is broken or of an unknown form") from error


def thumbnail(source: str, folder: str) -> Picture:
    """A thumbnail for the JPEG at `source`, a still of a video; with the size of the original."""
    with Image.open(source, formats=["JPEG"]) as image:
        size = image.size
        thumb, ext = _save_thumb(image, folder)
        return Picture(source, *size, thumb, ext)


def _reencode(image: Image.Image, folder: str, kind: Kind, limits: PictureLimits) -> Picture:
    pixels = image.width * image.height
    if pixels > limits.max_pixels:
        raise _too_many_pixels()
    target = os.path.join(folder, f"picture.{kind.ext}")
    if kind.ext in ("gif", "webp") and _is_animated(image, limits.max_frame_pixels // pixels):
        _save_animation(image, target, FORMATS[kind.ext])
        image.seek(0)
        still = image.copy()
    else:
        ImageOps.exif_transpose(image, in_place=True)
        still = _in_srgb(image)
        _save_still(still, target, FORMATS[kind.ext])
    width, height = still.size
    if max(width, height) <= THUMB_EDGE and os.path.getsize(target) <= SMALL_BYTES:
        return Picture(target, width, height)
    thumb, ext = _save_thumb(still, folder)
    return Picture(target, width, height, thumb, ext)


def _is_animated(image: Image.Image, max_frames: int) -> bool:
    """Whether there is a second frame. Goes through all of them, at most one more than allowed."""
    count = 1
    try:
        while True:
            image.seek(count)
            count += 1
            if count > min(max_frames, MAX_FRAMES):
                raise _too_many_pixels()
    except EOFError:
        image.seek(0)
        return count > 1


def _save_animation(image: Image.Image, target: str, form: str) -> None:
    image.info.pop("exif", None)
    image.info.pop("xmp", None)
    image.info.pop("icc_profile", None)
    image.save(target, form, save_all=True, comment=b"", **_SAVE[form])


def _save_still(image: Image.Image, target: str, form: str) -> None:
    if form == "WEBP" and image.mode not in _MODES[form]:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode not in _MODES[form]:
        image = image.convert("RGB")
    transparent = image.info.get("transparency")
    image.info = {} if transparent is None or form == "JPEG" else {"transparency": transparent}
    image.save(target, form, **_SAVE[form])


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours as a viewer without the picture's profile shows them right: phones write Display P3."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode != "RGB":
        return image
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile: the colours as they are


def _save_thumb(image: Image.Image, folder: str) -> tuple[str, str]:
    """Into `folder`: JPEG, or WEBP where something shines through."""
    form, ext, mode = "JPEG", "jpg", "RGB"
    if image.has_transparency_data:
        form, ext, mode = "WEBP", "webp", "RGBA"
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail((THUMB_EDGE, THUMB_EDGE), reducing_gap=2.0)
    image.info = {}
    path = os.path.join(folder, f"thumb.{ext}")
    image.save(path, form, quality=80)
    return path, ext


def _too_many_pixels() -> TooLarge:
    return TooLarge("图片尺寸过大", "The picture has too many pixels")
