"""Files that are fetched from the page, from a bucket."""

from pathlib import Path

from playwright.async_api import expect

from start.environment import env_name
from tests.browser.conftest import DESKTOP
from tests.browser.person import Person
from tests.process import process


async def test_a_file_is_fetched(people, standin, shot, tmp_path):
    """A file that is tapped is saved under its own name; when the bucket has lost it, the chat stays where it
    was, and another tab says so."""
    env = {env_name(*name.split(".")): str(value) for name, value in standin.settings().items()}
    async with process(tmp_path / "oss", **env) as server:
        people.url = server.url
        ann = Person(await people.window("laptop", DESKTOP), "小安", "13800000001")
        await ann.join()
        await ann.create_group("鸟")
        await ann.attach("文件", note(tmp_path))
        await ann.all_sent()
        link = ann.log.get_by_role("link").filter(has_text="发票 2026.txt")
        place, stored = ann.page.url, dict(standin.objects)
        standin.objects.clear()
        people.expect("404")
        async with ann.page.expect_popup() as opening:
            await link.click()
        await expect((await opening.value).get_by_text("NoSuchKey").last).to_be_visible()
        assert ann.page.url == place
        await expect(link).to_be_visible()
        await shot(ann.page, "chat")

        standin.objects.update(stored)
        async with ann.page.expect_download() as fetching:
            await link.click()
        assert (await fetching.value).suggested_filename == "发票 2026.txt"


def note(folder: Path) -> Path:
    path = folder / "发票 2026.txt"
    path.write_text("谢谢")
    return path
