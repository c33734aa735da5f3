"""Pictures as a reader sees them: that they move, where they are cut, what a file is."""

import base64
import hashlib
import io
import re

from PIL import Image, ImageDraw
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

#: All frames of a file as Chromium draws them, with their times.
FRAMES = """async ([source, type]) => {
    const data = Uint8Array.from(atob(source), (c) => c.charCodeAt(0))
    const decoder = new ImageDecoder({ data, type })
    await decoder.tracks.ready
    const track = decoder.tracks.selectedTrack
    const seen = [track.repetitionCount]
    for (let n = 0; n < track.frameCount; n++) {
        const { image } = await decoder.decode({ frameIndex: n })
        const { displayWidth: width, displayHeight: height, duration } = image
        const canvas = new OffscreenCanvas(width, height).getContext('2d')
        canvas.drawImage(image, 0, 0)
        const digest = await crypto.subtle.digest('SHA-256', canvas.getImageData(0, 0, width, height).data)
        seen.push([duration, btoa(String.fromCharCode(...new Uint8Array(digest)))])
    }
    return seen
}"""
TYPES = {"gif": "image/gif", "png": "image/png", "webp": "image/webp"}


def jump(size: tuple[int, int] = (240, 160)) -> list[Image.Image]:
    """A ball that jumps over nothing."""
    frames = []
    for n in range(6):
        frames.append(Image.new("RGBA", size, (0, 0, 0, 0)))
        ImageDraw.Draw(frames[-1]).ellipse((30 * n, 50, 30 * n + 60, 110), fill=(240, 120, 30 * n, 255))
    return frames


def saved(frames: list[Image.Image], path, **options: object):
    frames[0].save(path, save_all=True, append_images=frames[1:], loop=500, **options)
    return path


async def looks(locator, times: int = 8) -> set[str]:
    """The different looks of something while some time goes by."""
    seen = set()
    for _ in range(times):
        seen.add(hashlib.sha256(await locator.screenshot()).hexdigest())
        await locator.page.wait_for_timeout(120)
    return seen


async def moves(locator) -> bool:
    """Whether it changes its look before long."""
    first = await locator.screenshot()
    for _ in range(100):
        await locator.page.wait_for_timeout(90)
        if await locator.screenshot() != first:
            return True
    return False


async def alone(people, device: dict, **more: object) -> Person:
    """Somebody who is looking at the chat with themselves."""
    ann = Person(await people.window("ann", {**device, **more}), "安安", "13900000001")
    await ann.join()
    await ann.page.goto("about:blank")  # a page that is still beginning takes no notice of a new hash
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{ann.id}")
    await expect(ann.field).to_be_visible()
    return ann


async def test_animations(people, tmp_path, shot):
    """An animation moves in the chat, each frame is drawn and timed as it was for the sender, and it stands
    still for whoever asked for less motion."""
    times = [80, 120, 400, 90, 90, 200]
    files = [
        saved(jump(), tmp_path / "jump.gif", duration=times, disposal=2),
        saved(jump(), tmp_path / "jump.png", duration=times, disposal=1),
        saved(jump(), tmp_path / "jump.webp", duration=times, lossless=True),
    ]
    ann = await alone(people, DESKTOP)
    for number, file in enumerate(files):
        await ann.attach("图片", file)
        picture = ann.log.locator(".image img[src^='/mnt/']").nth(number)
        await expect(picture).to_be_visible()
        url = await picture.get_attribute("src")
        stored = await (await ann.page.request.get(url)).body()
        kind = TYPES[url.rpartition(".")[2]]
        both = [
            await ann.page.evaluate(FRAMES, [base64.b64encode(content).decode(), kind])
            for content in (file.read_bytes(), stored)
        ]
        assert both[0] == both[1] and len(both[0]) == 7
    await ann.all_sent()
    gif = ann.log.locator(".image").first
    await gif.scroll_into_view_if_needed()
    await ann.page.emulate_media(reduced_motion="reduce")
    await expect(gif.get_by_text("GIF", exact=True)).to_be_visible()
    await expect(gif.locator("canvas")).to_have_count(1)
    await ann.page.wait_for_timeout(500)
    assert len(await looks(gif)) == 1
    await shot(ann.page, "still")
    await ann.page.emulate_media(reduced_motion="no-preference")
    await expect(gif.locator("img")).to_have_count(1)
    assert await moves(gif)
    await shot(ann.page, "moving")


async def test_a_large_animation(people, tmp_path, shot):
    """An animation too large for a bubble says what it is and plays on a tap."""
    frames = [Image.effect_noise((900, 600), 100).convert("RGB").quantize(128) for _ in range(12)]
    ann = await alone(people, PHONE)
    await ann.attach("图片", saved(frames, tmp_path / "rain.gif", duration=100))
    bubble = ann.log.locator(".image").first
    await expect(bubble.locator("img[src$='_s.jpg']")).to_be_visible()
    await expect(bubble.get_by_text("GIF", exact=True)).to_be_visible()
    await shot(ann.page, "bubble")
    await bubble.get_by_role("button").click()
    played = ann.page.locator(".pswp__img:not(.pswp__img--placeholder)").first
    await expect(played).to_have_attribute("src", re.compile(r"^https?:.+/mnt/.+\.gif$|^/mnt/.+\.gif$"))
    assert await moves(played)


async def test_a_long_screenshot(people, tmp_path, shot):
    """A long screenshot shows its sharp top in the bubble, and can be read in the viewer."""
    image = Image.new("RGB", (1080, 9000), "white")
    pen = ImageDraw.Draw(image)
    for y in range(0, 9000, 60):
        pen.text((40, y), f"line {y // 60} of a long chat", fill="black", font_size=44)
    image.save(tmp_path / "Screenshot.png")
    ann = await alone(people, PHONE)
    await ann.attach("图片", tmp_path / "Screenshot.png")
    bubble = ann.log.locator(".image").first
    await expect(bubble.locator("img[src^='/mnt/']")).to_be_visible()
    await expect(bubble.get_by_text("长图")).to_be_visible()
    natural, drawn = await bubble.locator("img").evaluate(
        "image => [image.naturalHeight, image.getBoundingClientRect().height * devicePixelRatio]"
    )
    assert natural >= drawn
    await shot(ann.page, "bubble")
    await bubble.get_by_role("button").click()
    full = ann.page.locator(".pswp__img:not(.pswp__img--placeholder)").first
    await expect(full).to_be_visible()
    # As wide as the window, from its top, once it has grown.
    await ann.page.wait_for_function(
        "image => ((box) => box.width > 380 && box.y >= 0)(image.getBoundingClientRect())",
        arg=await full.element_handle(),
    )
    await shot(ann.page, "viewer")


async def test_a_picture_as_a_file(people, tmp_path):
    """A picture sent as a file is saved bit for bit, with all that is in it; a picture that is none arrives
    as a file, too."""
    content = io.BytesIO()
    Image.new("RGB", (90, 60), "navy").save(content, "JPEG", comment=b"my notes")
    (tmp_path / "scan.jpg").write_bytes(content.getvalue())
    (tmp_path / "broken.jpg").write_bytes(content.getvalue()[:500])
    ann = await alone(people, DESKTOP)
    for what, name in (("文件", "scan.jpg"), ("图片", "broken.jpg")):
        await ann.attach(what, tmp_path / name)
        link = ann.log.get_by_role("link", name=name)
        await expect(link).to_be_visible()
        async with ann.page.expect_download() as downloading:
            await link.click()
        saved_as = await downloading.value
        assert saved_as.suggested_filename == name
        assert (await saved_as.path()).read_bytes() == (tmp_path / name).read_bytes()


async def test_a_phones_photo_as_avatar(people, tmp_path, shot):
    """Who registers with a photo straight from a phone sees it taken, upright."""
    photo = Image.effect_noise((1000, 750), 90).resize((4000, 3000)).convert("RGB")
    photo.paste((255, 0, 0), (0, 0, 1000, 3000))
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the left side is the top
    photo.save(tmp_path / "IMG_1.jpg", exif=exif, quality=95)
    assert (tmp_path / "IMG_1.jpg").stat().st_size > 2 << 20
    page = await people.window("ann", PHONE)
    ann = Person(page, "安安", "13900000001")
    await ann.register(avatar=tmp_path / "IMG_1.jpg")
    await ann.place("我的")
    url = await page.locator("img[src^='/mnt/']").first.get_attribute("src")
    with Image.open(io.BytesIO(await (await page.request.get(url)).body())) as stored:
        assert stored.size == (480, 640)
        assert stored.getpixel((240, 20))[1] < 60 < stored.getpixel((240, 600))[1]
    await shot(page, "me")
