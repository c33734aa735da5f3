"""Ways into an account, seen on two devices: one-time codes and a QR code; and the way out."""

import re
import zipfile

import pyotp
from playwright.async_api import expect

from tests.browser import person
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

ANN = ("小安", "13800000001")


async def begin_login(page, mobile):
    await page.goto("/user/login.shtml")
    await page.get_by_label("手机号").fill(mobile)
    await page.get_by_label("密码").fill(person.PASSWD)
    await page.get_by_role("button", name="登录", exact=True).click()


async def busy(route):
    """Another archive is being made."""
    refusal = '{"code":-429,"msg":"操作太频繁，请稍后再试"}'
    await route.fulfill(status=200, content_type="application/json; charset=utf-8", body=refusal)


async def test_one_time_codes(people, shot):
    """Ann turns codes on: her other device needs one to log in, and gets in by a recovery code once. The
    phone hears of the new device, and Ann says that it was her."""
    ann = Person(await people.window("phone", PHONE), *ANN)
    await ann.join()
    await ann.place("我的")
    await ann.page.get_by_role("button", name="两步验证").click()
    dialog = ann.page.get_by_role("dialog", name="两步验证")
    await dialog.get_by_role("button", name="开启两步验证").click()
    await expect(dialog.get_by_role("img", name="验证器用的二维码")).to_be_visible()
    secret = (await dialog.get_by_role("button", name="复制密钥").inner_text()).replace(" ", "")
    await dialog.get_by_label("验证码").fill("000000")
    await dialog.get_by_role("button", name="确认开启").click()
    await expect(dialog.get_by_text("验证码不正确")).to_be_visible()
    await dialog.get_by_label("验证码").fill(pyotp.TOTP(secret).now())
    await dialog.get_by_role("button", name="确认开启").click()
    codes = dialog.get_by_role("list", name="恢复码").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    await shot(ann.page, "01-recovery")
    first = await codes.first.inner_text()
    async with ann.page.expect_download() as saving:
        await dialog.get_by_role("button", name="下载").click()
    saved = await (await saving.value).path()
    assert first in saved.read_text("utf-8")
    await dialog.get_by_role("button", name="我已保存好").click()

    laptop = await people.window("laptop", DESKTOP)
    for wrong in ("123456", first):
        await begin_login(laptop, ANN[1])
        await expect(laptop.get_by_label("验证码")).to_be_focused()
        await laptop.get_by_label("验证码").fill(wrong)
        await laptop.get_by_role("button", name="登录", exact=True).click()
        if wrong != first:
            await expect(laptop.get_by_text("验证码不正确")).to_be_visible()
            await expect(laptop.get_by_label("验证码")).to_be_focused()
    await laptop.wait_for_url("**/chat/index.shtml*")

    told = ann.page.get_by_role("region", name="新设备登录")
    await expect(told).to_contain_text("新设备登录")
    await shot(ann.page, "02-new-device")
    await told.get_by_role("button", name="是我本人").click()
    await expect(told).to_have_count(0)
    await ann.page.get_by_role("button", name="两步验证").click()
    await expect(dialog.get_by_text("还剩 9 个恢复码")).to_be_visible()


async def test_log_in_by_a_qr_code(people, shot):
    """A screen shows a code; Ann's phone opens its link, sees whose screen it is and says yes. Saying no
    leaves the screen where it was."""
    ann = Person(await people.window("phone", PHONE), *ANN)
    await ann.join()
    screen = await people.window("screen", DESKTOP)
    await screen.goto("/user/login.shtml")
    for accept in (False, True):
        async with screen.expect_response("**/user/qr/new") as making:
            button = "改用二维码" if not accept else "刷新二维码"
            await screen.get_by_role("button", name=button).click()
        code = (await (await making.value).json())["data"]["code"]
        await expect(screen.get_by_role("img", name="登录用的二维码")).to_be_visible()
        camera = await people.watch("camera", ann.page.context)
        await camera.goto(f"/user/qr.shtml#{code}")
        await expect(camera.get_by_text("允许这台设备以“小安”登录吗？")).to_be_visible()
        await expect(camera.get_by_text("127.0.0.1")).to_be_visible()
        await expect(screen.get_by_text("已扫描，请在手机上确认")).to_be_visible()
        if accept:
            await shot(camera, "03-approve")
            await camera.get_by_role("button", name="允许登录").click()
            await expect(camera.get_by_text("已允许以“小安”登录")).to_be_visible()
            await screen.wait_for_url("**/chat/index.shtml*")
        else:
            await camera.get_by_role("button", name="取消").click()
            await expect(screen.get_by_text("已在手机上取消")).to_be_visible()
        await camera.close()
    await expect(ann.page.get_by_role("region", name="新设备登录")).to_be_visible()


async def test_export_and_deletion(people, shot):
    """Ann takes her data along and deletes her account: her friend keeps what was said, and the name is
    gone; nobody gets in with the old password."""
    ann = Person(await people.window("ann", DESKTOP), *ANN)
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await bob.join()  # the first is the operator, whose account stays
    await ann.join()
    await ann.befriend(bob)
    await ann.say("再见，后会有期")
    await ann.all_sent()
    await ann.page.goto(re.sub("#.*", "", ann.page.url) + "#/settings")
    async with ann.page.expect_download() as saving:
        await ann.page.get_by_role("button", name="导出我的数据").click()
    with zipfile.ZipFile(await (await saving.value).path()) as archive:
        [file] = [name for name in archive.namelist() if name.startswith("messages/")]
        assert "后会有期" in archive.read(file).decode()
    await ann.page.route("**/user/export", busy)
    await ann.page.get_by_role("button", name="导出我的数据").click()
    await expect(ann.page.get_by_text("操作太频繁，请稍后再试")).to_be_visible()
    await ann.page.get_by_role("button", name="注销账号").click()
    dialog = ann.page.get_by_role("dialog", name="注销账号")
    await dialog.get_by_label("密码").fill("not it")
    await dialog.get_by_role("button", name="注销账号").click()
    await expect(dialog.get_by_text("密码不正确")).to_be_visible()
    await shot(ann.page, "04-delete")
    await dialog.get_by_label("密码").fill(person.PASSWD)
    await dialog.get_by_role("button", name="注销账号").click()
    await ann.page.wait_for_url("**/user/login.shtml")
    await begin_login(ann.page, ANN[1])
    await expect(ann.page.get_by_text("手机号或密码不正确")).to_be_visible()
    row = bob.page.get_by_role("main").get_by_text("已注销")
    await expect(row.first).to_be_visible()
    await row.first.click()
    await expect(bob.log.get_by_text("后会有期")).to_be_visible()
