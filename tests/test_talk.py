"""The talk that docs/protocol.md tells call by call, made on a server."""

import asyncio
import json
import re

from protocol.clock import now_ms
from protocol.declare import Access
from tests.routes import api
from tests.test_docs import PROTOCOL

#: Who calls, the route, the fields; the answer.
_CALL = re.compile(r"^(\S+) (/\S+) (\{.*\})\n→ (.*)$", re.M)
#: Routes of which the talk has an example each.
_SUBJECTS = (
    "/community/",
    "/contact/addfriend",
    "/contact/requests",
    "/contact/answer",
    "/contact/update",
    "/contact/remove",
    "/contact/block",
    "/contact/common",
    "/contact/search",
    "/message/",
    "/conversation/",
    "/draft/",
    "/schedule/",
    "/favorite/",
    "/sticker/",
    "/report/",
    "/redpacket/",
    "/wallet/",
)


def told() -> list[tuple[str, str, str, str]]:
    return _CALL.findall(PROTOCOL.partition("## A talk, call by call")[2].partition("\n## ")[0])


def pattern(answer: str) -> str:
    """… is anything, and a time is any other."""
    text = re.sub(r"\b\d{13}\b", "TIME", answer)
    return re.escape(text).replace("…", ".*").replace("TIME", r"\d{13}")


def test_every_route_has_an_example():
    """Whoever looks for a route finds it used."""
    assert {path for path in api(Access.USER) if path.startswith(_SUBJECTS)} <= {
        path for _, path, *_ in told()
    }


async def test_every_example_is_true(app):
    """Each call is answered as the document says."""
    people = {name: await app.client().register(name) for name in ("小雨", "阿明", "大山")}
    first, second, _ = people.values()
    await first.post("/contact/addfriend", dstid=second.user_id)
    group = (await first.post("/contact/createcommunity", name="爬山"))["data"]["id"]
    await second.post("/contact/joincommunity", dstid=group)
    for who, path, fields, expected in told():
        said = json.loads(fields)
        if "sendat" in said:  # the document was written long ago
            said["sendat"] = now_ms() + 86_400_000
        answer = await people[who].post_json(path, **said)
        while path == "/message/search" and not answer["rows"]:  # what was just said is found in a moment
            await asyncio.sleep(0.05)
            answer = await people[who].post_json(path, **json.loads(fields))
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        assert re.fullmatch(pattern(expected), text), (path, text)
