"""The four forms of pictures, read chunk by chunk without decoding a pixel.

`strip` copies of a file what is needed to draw it, byte for byte, and leaves out what tells of its sender:
the place, the camera, comments, and whatever stands behind the picture's end.
"""

from collections.abc import Callable
from typing import BinaryIO

from media.containers import gif, jpeg, png, webp
from media.containers.facts import Broken, Facts

__all__ = ["Broken", "Facts", "strip"]

_STRIP: dict[str, Callable[[bytes, BinaryIO], Facts]] = {
    "jpg": jpeg.strip,
    "png": png.strip,
    "gif": gif.strip,
    "webp": webp.strip,
}


def strip(source: str, target: str, ext: str) -> Facts:
    """Write the picture at `source`, of the form `ext`, into `target` without its notes. Raises `Broken`
    where the file isn't built as its form is. Blocking, and holds the file in memory."""
    with open(source, "rb") as file:
        content = file.read()
    with open(target, "wb") as out:
        try:
            return _STRIP[ext](content, out)
        except (IndexError, ValueError) as error:  # read past the end of something
            raise Broken(str(error)) from error
