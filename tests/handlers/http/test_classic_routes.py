"""The calls of a page written for the first generation of this system, as it makes them.

Such a page posts what `encodeURI` makes of its fields, knows ten routes and their field names, reads `code`,
`msg`, `data` or `rows`, and waits for ever on any status but 200.
"""

from urllib.parse import quote

import pytest
import ujson
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

USER = {"id", "mobile", "avatar", "sex", "nickname", "online", "memo", "createat", "token"}
COMMUNITY = {"id", "name", "ownerid", "icon", "cate", "memo", "createat"}


class ClassicPage:
    """One browser on a classic page: cookies, and bodies as `util.js` of that page makes them."""

    def __init__(self, client):
        self.client = client

    async def post(self, path, **fields):
        """The answer; HTTP 200 and its type are what the page relies on."""
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        encoded = quote(body, safe="!#$&'()*+,/:;=?@-._~")  # encodeURI
        response = await self.client.fetch(
            path, encoded.encode(), **{"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert response.code == 200
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        return ujson.loads(response.body)

    async def register(self, mobile, nickname):
        """Registers; the user's id."""
        answer = await self.post(
            "/user/register",
            mobile=mobile,
            passwd="secret123",
            nickname=nickname,
            sex="W",
            avatar="/asset/images/avatar.png",
            memo="",
        )
        assert answer["code"] == 0, answer
        return answer["data"]["id"]


@pytest.fixture
def page(app):
    return ClassicPage(app.client())


async def test_the_story_of_a_classic_page(app, page):
    """Two people register, log in, become friends, make a group, join it and find each other and it in
    lists."""
    await app.client().register()  # the first account is the operator's, whose own row says so
    ann = await page.register("13800000001", "小鹊")
    login = await page.post("/user/login", mobile="13800000001", passwd="secret123")
    assert (login["code"], set(login["data"])) == (0, USER)
    assert login["data"]["id"] == ann and login["data"]["token"]

    other = ClassicPage(app.client())
    bo = await other.register("13800000002", "Bo & Co")
    found = await page.post("/user/find", id=bo)
    assert (set(found["data"]) >= USER, found["data"]["id"]) == (True, bo)

    added = await page.post("/contact/addfriend", userid=ann, dstid=bo)
    assert (added["code"], added["msg"], added["data"]) == (0, "好友添加成功", None)
    for path in ("/contact/loadfriend", "/contact/friend"):
        friends = await page.post(path, userid=ann)
        assert (friends["code"], friends["msg"], friends["total"]) == (0, "", 1)
        assert (set(friends["rows"][0]) >= USER, friends["rows"][0]["id"]) == (True, bo)

    made = await page.post(
        "/contact/createcommunity",
        ownerid=ann,
        name="喜鹊",
        icon="/asset/images/c.png",
        cate=1,
        memo="一个群",
    )
    group = made["data"]
    assert (made["code"], COMMUNITY - set(group)) == (0, set())
    joined = await other.post("/contact/joincommunity", userid=bo, dstid=group["id"])
    assert (joined["code"], joined["data"]) == (0, None)
    for path in ("/contact/loadcommunity", "/contact/community"):
        groups = await other.post(path, userid=bo)
        [row] = groups["rows"]
        assert ({name: row[name] for name in COMMUNITY}, groups["total"]) == (
            {name: group[name] for name in COMMUNITY},
            1,
        )


async def test_either_name_of_a_field(page):
    """`ownerid` or `userid`, `icon` or `pic`: pages of several years send either."""
    ann = await page.register("13800000001", "Ann")
    fields = [
        {"ownerid": ann, "icon": "/asset/1.png"},
        {"userid": ann, "pic": "/asset/2.png"},
        {"ownerid": ann, "userid": ann, "icon": "/asset/3.png", "pic": ""},
    ]
    icons = []
    for number, named in enumerate(fields):
        answer = await page.post(
            "/contact/createcommunity", name=f"Group {number}", cate="", memo="", **named
        )
        assert answer["data"]["ownerid"] == ann
        icons.append(answer["data"]["icon"])
    assert icons == ["/asset/1.png", "/asset/2.png", "/asset/3.png"]
    assert (await page.post("/contact/loadcommunity", ownerid=ann))["total"] == 3


async def test_empty_lists(page):
    """A list with nothing in it is an empty list."""
    ann = await page.register("13800000001", "Ann")
    for path in ("/contact/loadfriend", "/contact/friend", "/contact/loadcommunity", "/contact/community"):
        assert await page.post(path, userid=ann) == {"code": 0, "msg": "", "rows": [], "total": 0}


async def test_a_word_for_every_failure(app, page):
    """Every failure is HTTP 200 with a negative code and a reason in Chinese; the classic reasons are
    kept."""
    ann, bo = (
        await page.register("13800000001", "Ann"),
        await ClassicPage(app.client()).register("13800000002", "Bo"),
    )
    await page.post("/contact/addfriend", userid=ann, dstid=bo)
    for number in range(5):
        await page.post("/contact/createcommunity", ownerid=ann, name=f"Group {number}")
    for path, fields, code, msg in [
        ("/user/register", {"mobile": "13800000001", "passwd": "secret123"}, -409, "该手机号已经注册"),
        ("/user/login", {"mobile": "13800000001", "passwd": "wrong123"}, -1, "手机号或密码不正确"),
        ("/user/login", {"mobile": "13800000009", "passwd": "secret123"}, -1, "手机号或密码不正确"),
        ("/user/find", {"id": 10**9}, -404, "该用户不存在"),
        ("/contact/addfriend", {"userid": ann, "dstid": 10**9}, -404, "该用户不存在"),
        ("/contact/addfriend", {"userid": ann, "dstid": ann}, -1, "不能添加自己为好友啊"),
        ("/contact/addfriend", {"userid": ann, "dstid": bo}, -409, "该用户已经被添加过啦"),
        ("/contact/createcommunity", {"ownerid": ann, "name": ""}, -400, "缺少群名称"),
        ("/contact/createcommunity", {"ownerid": ann, "name": "Six"}, -1, "一个用户最多只能创建5个群"),
        ("/contact/createcommunity", {"ownerid": bo, "name": "Bo's"}, -401, "请先登录"),
        ("/contact/loadfriend", {"userid": bo}, -401, "请先登录"),
        ("/contact/joincommunity", {"userid": ann, "dstid": 10**9}, -404, "该群不存在"),
    ]:
        answer = await page.post(path, **fields)
        assert (path, answer["code"], answer["msg"]) == (path, code, msg)


def test_the_short_way_to_a_handler_is_the_long_one(app):
    """A path that is looked up has the handler that Tornado's routes give it, one after another."""
    assert len(app.site._by_path) > 20
    for path, handler in app.site._by_path.items():
        start = RequestStartLine("POST", path, "HTTP/1.1")
        request = HTTPServerRequest(start_line=start, headers=HTTPHeaders({"Host": "h"}))
        found = app.site.default_router.find_handler(request)
        assert getattr(found, "_inner", found).handler_class is handler
