"""What a picture's container tells of it."""

from dataclasses import dataclass


class Broken(Exception):
    """The file isn't what its first bytes claim."""


@dataclass(slots=True)
class Facts:
    """`width` and `height` as drawn before it is turned, of the largest frame or canvas that is named."""

    width: int = 0
    height: int = 0
    frames: int = 1  #: pictures of an animation
    scans: int = 1  #: passes over the whole picture, of a JPEG
    lossless: bool = True  #: writing it anew costs nothing but time
    exif: bytes = b""  #: as it stood there: a TIFF file


def upright_by(exif: bytes) -> int:
    """How the picture is to be turned, 1 … 8 as EXIF counts; 1, not at all, when it says nothing sensible.

    Exif 2.32, 4.6.4: tag 0x0112 of the first directory, one SHORT.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(exif[:4])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], "little" if order == "little" else "big")

    first = number(4, 4)
    for at in range(first + 2, first + 2 + 12 * min(number(first, 2), 256), 12):
        if number(at, 2) == 0x0112:
            turn = number(at + 8, 2)
            return turn if number(at + 2, 2) == 3 and 1 <= turn <= 8 else 1
    return 1
