"""Pictures come out as they went in, but for what tells of their sender."""

import io

import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw

from media.containers import Broken
from media.pictures import SLIM, THUMB_EDGE, PictureLimits, prepare
from tests import samples

LIMITS = PictureLimits(max_pixels=40_000_000, max_frame_pixels=100_000_000)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
#: A profile in which red means blue: nothing looks right without it.
SWAPPED = SRGB.replace(b"rXYZ", b"....", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"....", b"bXYZ", 1)


@pytest.fixture
def prepared(tmp_path):
    def prepared(content: bytes, ext: str, limits: PictureLimits = LIMITS):
        (tmp_path / "upload").write_bytes(content)
        made = prepare(str(tmp_path / "upload"), str(tmp_path), ext, limits)
        with open(made.path, "rb") as file:
            return made, file.read()

    return prepared


def moving(form: str, **options: object) -> bytes:
    """A ball that jumps over nothing, each frame wiped before the next, at its own pace, three times."""
    frames = []
    for n in range(5):
        frames.append(Image.new("RGBA", (120, 90), (0, 0, 0, 0)))
        ImageDraw.Draw(frames[-1]).ellipse((15 * n, 30, 15 * n + 40, 70), fill=(240, 120, 20 * n, 255))
    out = io.BytesIO()
    times = [70, 120, 500, 40, 90]
    wiped = {"GIF": {"disposal": 2}, "PNG": {"disposal": 1}, "WEBP": {"lossless": True}}[form]
    frames[0].save(
        out, form, save_all=True, append_images=frames[1:], duration=times, loop=3, **wiped, **options
    )
    return out.getvalue()


def frames_of(content: bytes) -> list[tuple[bytes, object]]:
    """Each frame as it is drawn, and how long."""
    with Image.open(io.BytesIO(content)) as image:
        seen = []
        for n in range(image.n_frames):
            image.seek(n)
            seen.append((image.convert("RGBA").tobytes(), image.info.get("duration")))
        return seen


@pytest.mark.parametrize(("form", "ext"), [("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp")])
def test_animations_move_as_they_did(prepared, form, ext):
    """Every frame, its time, what it leaves behind and the repeats are those of the sender."""
    sent = moving(form)
    made, stored = prepared(sent, ext)
    assert stored == sent
    assert (made.frames, made.thumb) == (5, ""), "it is its own thumbnail, so that it moves in the chat"


def test_an_animation_loses_its_notes_only(prepared):
    """Notes of any kind are cut out of an animation, and nothing else of it changes."""
    gif = moving("GIF")
    at = gif.index(b"\x21\xf9")
    comment, xmp = b"\x21\xfe\x06Secret\0", b"\x21\xff\x0bXMP DataXMP\x06Secret\0"
    assert prepared(gif[:at] + comment + xmp + gif[at:-1] + comment + gif[-1:] + b"Secret", "gif")[1] == gif
    stored = prepared(moving("WEBP", exif=b"Exif\0\0Secret", xmp=b"Secret") + b"Secret", "webp")[1]
    assert b"Secret" not in stored
    assert frames_of(stored) == frames_of(moving("WEBP"))
    png = moving("PNG")
    at = png.index(b"acTL") - 4
    note = b"\0\0\0\x06tEXtSecret\0\0\0\0"
    assert prepared(png[:at] + note + png[at:] + b"Secret", "png")[1] == png


def test_a_large_animation(prepared):
    """Twelve seconds of film in a GIF are an animation like others; too large for a bubble it has a still."""
    noise = [Image.effect_noise((640, 360), 90).quantize(64) for _ in range(3)]
    out = io.BytesIO()
    noise[0].save(out, "GIF", save_all=True, append_images=noise[1:] * 12, duration=40)
    made, stored = prepared(out.getvalue(), "gif")
    assert (stored, made.frames) == (out.getvalue(), 25)
    with Image.open(made.thumb) as thumb:
        assert thumb.size == (640, 360)


@pytest.mark.parametrize(("form", "ext"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_still_is_not_drawn_anew(prepared, form, ext):
    """A photo loses nothing, however often it is sent on."""
    out = io.BytesIO()
    samples.noise((300, 200)).save(out, form)
    once = prepared(out.getvalue(), ext)[1]
    assert Image.open(io.BytesIO(once)).tobytes() == Image.open(io.BytesIO(out.getvalue())).tobytes()
    assert prepared(once, ext)[1] == once


def test_what_stands_behind_a_picture(prepared):
    """A second picture, a film or a script behind a picture's end is cut off."""
    for form, ext in (("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")):
        sent = samples.picture(form)
        assert prepared(sent + b"<script>alert(1)</script>" + sent, ext)[1] == prepared(sent, ext)[1]


def corner(turn: int, form: str) -> bytes:
    """A picture with a red corner that stands at the upper left when it is turned as its EXIF says."""
    upright = Image.new("RGB", (80, 48), "white")
    upright.paste((255, 0, 0), (0, 0, 40, 24))
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]  # what undoes it
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "SecretPhone"
    out = io.BytesIO()
    drawn = upright if back is None else upright.transpose(Image.Transpose(back))
    drawn.save(out, form, exif=exif, quality=95)
    return out.getvalue()


@pytest.mark.parametrize(("form", "ext"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
@pytest.mark.parametrize("turn", range(1, 9))
def test_photos_stand_upright(prepared, form, ext, turn):
    """However a phone was held, its photo stands upright for everybody, and its size is told so."""
    sent = corner(turn, form)
    assert b"Secret" in sent
    made, stored = prepared(sent, ext)
    assert (made.width, made.height) == (80, 48)
    assert b"Secret" not in stored
    with Image.open(made.path) as image:
        assert (image.size, image.getexif()) == ((80, 48), {})
        red, white = image.convert("RGB").getpixel((10, 8)), image.convert("RGB").getpixel((70, 40))
    assert red[0] > 200 > 60 > red[1] and min(white) > 230


@pytest.mark.parametrize("turned", [False, True])
def test_colours_are_meant_as_they_were(prepared, turned):
    """A photo in another colour space keeps its profile; its thumbnail looks the same without one."""
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    made, stored = prepared(
        samples.picture("JPEG", (1500, 1500), colour=(255, 0, 0), icc_profile=SWAPPED, exif=exif), "jpg"
    )
    with Image.open(io.BytesIO(stored)) as image:
        assert image.info["icc_profile"] == SWAPPED
    with Image.open(made.thumb) as thumb:
        assert "icc_profile" not in thumb.info
        red, _, blue = thumb.getpixel((5, 5))
        assert blue > 200 > red


@pytest.mark.parametrize(("form", "mode", "ext"), [("PNG", "RGBA", "png"), ("WEBP", "RGB", "webp")])
def test_colours_of_other_forms(prepared, form, mode, ext):
    """So it is with other forms, and with what shines through."""
    colour = (255, 0, 0, 128)[: len(mode)]
    made, _ = prepared(samples.picture(form, (1500, 900), mode, colour, icc_profile=SWAPPED), ext)
    with Image.open(made.thumb) as thumb:
        pixel = thumb.convert("RGBA").getpixel((5, 5))
    assert pixel[2] > 200 > pixel[0] and pixel[3] == (128 if mode == "RGBA" else 255)


@pytest.mark.parametrize("profile", [SRGB, b"broken"])
@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_a_profile_that_does_not_fit(prepared, mode, profile):
    """A broken profile, or one for other colours, costs nobody the picture."""
    made, stored = prepared(samples.picture("JPEG", (1500, 900), mode, None, icc_profile=profile), "jpg")
    with Image.open(made.thumb) as thumb, Image.open(io.BytesIO(stored)) as image:
        assert (thumb.mode, image.mode) == ("RGB", mode)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_of_very_many_pixels(prepared, progressive):
    """A photo with more pixels than a phone can show is made smaller."""
    limits = PictureLimits(max_pixels=500_000, max_frame_pixels=500_000)
    out = io.BytesIO()
    photo = Image.linear_gradient("L").resize((2000, 1500)).convert("RGB")
    photo.save(out, "JPEG", progressive=progressive)
    made, stored = prepared(out.getvalue(), "jpg", limits)
    assert (made.width, made.height) == (500, 375)
    with Image.open(io.BytesIO(stored)) as image:
        assert image.size == (500, 375)
        difference = ImageChops.difference(image.resize((200, 150)), photo.resize((200, 150)))
        assert max(high for _, high in difference.getextrema()) < 16
    with pytest.raises(Broken):
        prepared(samples.picture("PNG", (2000, 1500)), "png", limits)


def test_a_long_screenshot(prepared):
    """The thumbnail of a long screenshot is its sharp top, that of a panorama its middle."""
    screenshot = Image.new("RGB", (1080, 9000), "white")
    screenshot.paste((255, 0, 0), (0, 0, 1080, 300))
    out = io.BytesIO()
    screenshot.save(out, "PNG")
    made, _ = prepared(out.getvalue(), "png")
    assert (made.width, made.height) == (1080, 9000)
    with Image.open(made.thumb) as thumb:
        assert thumb.size == (THUMB_EDGE / SLIM, THUMB_EDGE)
        assert thumb.getpixel((100, 20))[1] < 30 and thumb.getpixel((100, 600))[1] > 230
    panorama = Image.new("RGB", (6000, 600), "white")
    panorama.paste((255, 0, 0), (2900, 0, 3100, 600))
    out = io.BytesIO()
    panorama.save(out, "JPEG")
    made, _ = prepared(out.getvalue(), "jpg")
    with Image.open(made.thumb) as thumb:
        assert thumb.size == (THUMB_EDGE, THUMB_EDGE / SLIM)
        assert thumb.getpixel((320, 100))[1] < 30 and thumb.getpixel((10, 100))[1] > 230


def test_too_many_scans_are_not_decoded(prepared):
    """A few bytes that would keep a decoder busy for minutes are no picture."""
    with pytest.raises(Broken, match="600 scans"):
        prepared(samples.many_scans((5000, 5000), 600), "jpg")
    assert prepared(samples.many_scans((64, 64), 12), "jpg")[0].width == 64
