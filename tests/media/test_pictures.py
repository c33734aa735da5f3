"""What becomes of a picture before others see it."""

import io
import struct
import zlib

import pytest
from PIL import Image

from media.containers import Broken
from media.pictures import PictureLimits, prepare
from tests import samples

LIMITS = PictureLimits(max_pixels=40_000_000, max_frame_pixels=100_000_000)


@pytest.fixture
def prepared(tmp_path):
    """Prepare some bytes that claim to be a `ext`; the result."""

    def prepared(content: bytes, ext: str = "jpg", limits: PictureLimits = LIMITS):
        source = tmp_path / "upload"
        source.write_bytes(content)
        return prepare(str(source), str(tmp_path), ext, limits)

    return prepared


@pytest.mark.parametrize(("form", "ext"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_picture_keeps_its_form(prepared, form, ext):
    """A picture arrives in the form it was sent in, with a thumbnail that is sharp in its bubble."""
    made = prepared(samples.picture(form, (1200, 900)), ext)
    with Image.open(made.path) as image:
        assert (image.format, image.size) == (form, (1200, 900))
    with Image.open(made.thumb) as image:
        assert (image.format, image.size) == ("JPEG", (640, 480))
    assert (made.width, made.height) == (1200, 900)


def test_a_small_picture_is_its_own_thumbnail(prepared):
    """A sticker is stored once."""
    assert prepared(samples.picture("PNG", (120, 120)), "png").thumb == ""


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "1"),
        ("PNG", "P"),
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("PNG", "I;16"),
        ("WEBP", "RGBA"),
    ],
)
def test_any_colour_mode(prepared, form, mode):
    """Grey, printed, deep and transparent pictures arrive as well, with thumbnails."""
    ext = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[form]
    made = prepared(samples.picture(form, (900, 900), mode, 1 if mode in ("1", "I;16") else None), ext)
    with Image.open(made.thumb) as image:
        assert image.size == (640, 640)


def test_transparency_stays(prepared):
    """What shines through a picture shines through its thumbnail."""
    made = prepared(samples.picture("PNG", (900, 900), "RGBA", (255, 0, 0, 0)), "png")
    for path in (made.path, made.thumb):
        with Image.open(path) as image:
            assert image.convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_palette_with_a_hole(prepared):
    """A transparent colour of a palette stays transparent."""
    out = io.BytesIO()
    image = Image.new("P", (900, 900), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.save(out, "PNG", transparency=1)
    made = prepared(out.getvalue(), "png")
    for path in (made.path, made.thumb):
        with Image.open(path) as image:
            assert image.convert("RGBA").getpixel((5, 5))[3] == 0


def test_where_it_was_taken_is_not_told(prepared):
    """A photograph's EXIF, with the place and the phone, comments and XMP are gone; it stands upright."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    content = samples.picture("JPEG", (80, 40), exif=exif, comment=b"SecretComment", xmp=b"<x>SecretXmp</x>")
    assert content.count(b"Secret") == 3
    made = prepared(content)
    with open(made.path, "rb") as file:
        assert b"Secret" not in file.read()
    with Image.open(made.path) as image:
        assert (image.size, len(image.getexif())) == ((40, 80), 0)


@pytest.mark.parametrize(
    ("form", "ext", "options"),
    [
        ("PNG", "png", {"xmp": b"Secret"}),
        ("WEBP", "webp", {"xmp": b"Secret"}),
        ("GIF", "gif", {"comment": b"Secret"}),
    ],
)
def test_no_form_keeps_its_notes(prepared, form, ext, options):
    """Neither do other forms of pictures carry notes along."""
    if form == "PNG":
        from PIL.PngImagePlugin import PngInfo

        notes = PngInfo()
        notes.add_text("Comment", "Secret")
        options = {"pnginfo": notes}
    content = samples.picture(form, **options)
    assert b"Secret" in content
    with open(prepared(content, ext).path, "rb") as file:
        assert b"Secret" not in file.read()


def test_too_many_pixels_are_not_decoded(prepared):
    """A tiny file that claims an enormous picture is not shown."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Broken):
        prepared(bomb, "png")


def test_a_little_too_many_pixels(prepared):
    """The limit of pixels is exact."""
    limits = PictureLimits(max_pixels=10_000, max_frame_pixels=20_000)
    assert prepared(samples.picture("PNG", (100, 100)), "png", limits).width == 100
    with pytest.raises(Broken):
        prepared(samples.picture("PNG", (101, 100)), "png", limits)


@pytest.mark.parametrize(("form", "ext"), [("GIF", "gif"), ("WEBP", "webp")])
def test_too_many_frames(prepared, form, ext):
    """A small file that unfolds into many large frames is not shown."""
    limits = PictureLimits(max_pixels=10_000, max_frame_pixels=20_000)
    assert prepared(samples.animation(form, 2, (100, 100)), ext, limits)
    with pytest.raises(Broken):
        prepared(samples.animation(form, 3, (100, 100)), ext, limits)


def test_a_gif_that_grows(prepared):
    """A picture whose later frame claims to be enormous is not shown."""
    content = bytearray(samples.animation("GIF", 2))
    second = content.rindex(b"\x2c" + bytes(4))
    content[second + 5 : second + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(Broken):
        prepared(bytes(content), "gif")


@pytest.mark.parametrize(
    ("content", "ext"),
    [
        (b"GIF89a<script>alert(1)</script>", "gif"),
        (samples.picture("JPEG", (200, 200))[:900], "jpg"),
        (samples.picture("PNG")[:60], "png"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"\xff\xd8\xff", "jpg"),
    ],
)
def test_broken_pictures_are_not_shown(prepared, content, ext):
    """What only begins like a picture is none."""
    with pytest.raises(Broken):
        prepared(content, ext)


def test_another_picture_inside(prepared):
    """A file is opened as what its first bytes say and as nothing else."""
    with pytest.raises(Broken):
        prepared(samples.picture("PNG"), "jpg")


def test_an_enormous_canvas(prepared):
    """A moving picture of a few bytes that claims an enormous canvas is not shown."""
    content = bytearray(samples.animation("WEBP", 2))
    canvas = content.index(b"VP8X") + 12
    content[canvas : canvas + 6] = b"\xfe\x3f\x00\xfe\x3f\x00"  # 16383 × 16383
    with pytest.raises(Broken):
        prepared(bytes(content), "webp")
