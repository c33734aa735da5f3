"""No statement walks through a whole table: what people do costs the same however much there is.

SQLite and PostgreSQL tell their plan for each statement that was really made: by every route, by walks of
everything that is done to messages, and by keeping house.
"""

import asyncio
import json
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pyotp
import pytest

from actions import operators, packets, recovery
from actions.housekeeping import tidy
from actions.resets import make_link
from bench.run.tables import open_tables
from models.tables import RedPacket
from tests import samples
from tests.app import PASSWD, PATIENCE, App, Client, running
from tests.databases import migrated_file
from tests.handlers.http.moderated import moderate
from tests.handlers.http.test_isolation import ATTEMPTS, World
from tests.handlers.people import make_operator
from tests.handlers.socket.walk import Walk

#: Statements of people's; migrations are over when these begin.
_OURS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b(?!.*\b(sqlite_master|findable_words_\w+)\b)", re.I | re.S
)
#: Goes through a table or all of an index. Lists that a statement brings along are no tables.
_SCAN = re.compile(r"(SCAN|SEARCH(?!.* USING )) (?!.*VIRTUAL TABLE|.*CONSTANT ROW)")
#: With a handful of rows however big the installation is; `part` has one for 50,000 messages.
_SMALL = {"schema_migration", "part"}
#: Asked once by a process that starts, the time of the newest message and who blocks whom; and once when the
#: index is empty, how many messages there are. (The last row of SQLite's `findable` is no walk: it is in that
#: order.)
_AT_START = re.compile(
    r'SELECT (MAX\("t."."(updateat|createat)"\)|COALESCE\(SUM\("t."."seq"\)|MAX\(id\) FROM findable'
    r'|"t."."user_id", "t."."blocked_id" FROM "block" AS "t."$)'
)
#: Gone through once an hour, while the house is kept, beside everything else.
_HOURLY = {"session", "rate"}
#: PostgreSQL's settings for telling.
_TELLING = (
    "enable_seqscan = off",
    "enable_hashjoin = off",  # or it joins by all of a table, when that has ten rows
    "enable_mergejoin = off",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_nested_statements = on",
    "auto_explain.log_format = json",
)
_FIRST_COLUMNS = """
SELECT i.relname, a.attname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
"""


class Statements:
    """What SQLite is told, by its shape: an example of each."""

    def __init__(self) -> None:
        self.examples: dict[str, str] = {}

    def told(self, statement: str) -> None:
        if _OURS.match(statement):
            self.examples.setdefault(re.sub(r"\d+|'[^']*'", "?", statement), statement)

    def scans(self, file: Path) -> dict[str, list[str]]:
        """Those that go through a whole table, and what is said of it."""
        found = {}
        with closing(sqlite3.connect(file)) as connection:
            for shape, statement in self.examples.items():
                plan = [detail for *_, detail in connection.execute("EXPLAIN QUERY PLAN " + statement)]
                if scans := [detail for detail in plan if _SCAN.match(detail)]:
                    found[shape] = scans
        return found


@pytest.fixture
def statements(monkeypatch):
    migrated_file()
    found, connect = Statements(), sqlite3.connect

    def told(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(found.told)
        return connection

    monkeypatch.setattr("peewee.sqlite3.connect", told)
    return found


async def test_none_scans(statements, app, tmp_path):
    """On SQLite: of all statements that people cause none goes through a table that grows with the
    installation, and of those that keep house only two."""
    await _do_everything(app)
    people = set(statements.examples)
    await tidy(app.services, alone=True)
    scans = statements.scans(tmp_path / "data" / "magpie.db")
    left = {
        shape: said
        for shape, said in scans.items()
        if _table(shape) not in (_SMALL if shape in people else _SMALL | _HOURLY)
        and not _AT_START.match(shape)
    }
    assert not left
    assert len(people) > 100  # it was really told what is done


async def test_none_scans_on_postgresql(postgresql, tmp_path):
    """On PostgreSQL, which is asked to avoid it wherever it can, and tells of statements within functions,
    too. It goes by how many rows there are."""
    name = postgresql.create_migrated()
    with open_tables(postgresql.url(name)) as tables:
        rows = [{"user_id": n, "conversation_id": 10**6 + n // 50} for n in range(1, 5000)]
        tables.insert("member", rows)
        numbers = {"b": 0, "seq": 0, "ver": 0, "updateat": 0, "change": 0, "bars": 0}
        rows = [
            {"id": 10**6 + n, "key": f"g{10**6 + n}", "kind": 11, "a": 10**6 + n, **numbers}
            for n in range(5000)
        ]
        tables.insert("conversation", rows)
        places = [{"createat": n, "conversation_id": 10**6, "seq": n, "words": ""} for n in range(1, 5000)]
        tables.insert("findable", places)
        tables.cursor.execute("ANALYZE member, conversation, findable")
    for setting in ("session_preload_libraries = auto_explain", *_TELLING):
        postgresql.execute(f"ALTER DATABASE {name} SET {setting}")
    first = len(postgresql.said)
    async with running(tmp_path / "data", {"database.url": postgresql.url(name)}) as app:
        await _do_everything(app)
    with open_tables(postgresql.url(name)) as tables:
        tables.cursor.execute(_FIRST_COLUMNS)
        firsts = dict(tables.cursor.fetchall())
    postgresql.drop(name)
    plans = _plans("".join(postgresql.said[first:]))
    assert len(plans) > 1000
    left = {
        plan["Query Text"]: found
        for plan in plans
        if (found := _walked(plan["Plan"], firsts) - _SMALL) and not _AT_START.match(plan["Query Text"])
    }
    assert not left


async def _do_everything(app: App) -> None:
    world = await World().begin(app)
    ann, bo, eve = world.people
    walk = Walk(random.Random(7), world.group, [ann, ann, bo, bo])
    for _ in range(3):
        await walk.go()
    await walk.compare()
    await moderate(app, ann, bo, {"kind": 11, "dstid": world.group})
    await ann.upload(samples.picture("PNG"))
    for path in ATTEMPTS.keys() - {"/user/logout", "/user/revoke", "/user/passwd"}:
        for fields, _ in ATTEMPTS[path] if not path.startswith("/community/") else ():
            single = fields.get("kind", fields.get("cmd")) == 10
            dst = {"dstid": bo.user_id if single else world.group} if "dstid" in fields else {}
            await ann.post(path, **world.filled(fields) | dst)
    await _do_more(app, world)
    await _head_a_group(world)
    await _operate(app, ann, bo, eve)
    await _come_in(app, ann)
    await ann.post("/user/revoke")


async def _head_a_group(world: World) -> None:
    """All that is done to a group, by its owner, and what somebody does who comes and goes."""
    ann, bo, eve = world.people
    group = (await ann.post("/contact/createcommunity", name="Bees"))["data"]["id"]
    here, him = {"dstid": group}, {"id": bo.user_id}
    link = (await ann.post("/community/link", **here, uses=5))["data"]

    async def done(who, path, **fields):
        answer = await who.post_json(f"/community/{path}", **{**here, **fields})
        assert answer["code"] == 0, (path, answer)
        return answer.get("rows") or []

    await done(ann, "invite", ids=[bo.user_id])
    await done(ann, "update", name="Wasps", notice="at eight", join="approve", icon="/asset/i.png")
    for who in (ann, bo, eve):
        await done(who, "info")
    await done(eve, "info", link=link["code"], dstid=None)
    request = (await eve.post("/contact/joincommunity", **here, memo="please"))["data"]["request"]
    await done(ann, "requests")
    await done(ann, "requests", before=request + 1)
    await done(ann, "answer", request=request, accept=1)
    await done(eve, "leave")
    assert (await eve.post("/message/history", kind=11, dstid=group))["code"] == -403
    for fields in ({}, {"after": 1}):
        assert (await eve.post("/message/conversations", **fields))["code"] == 0
    assert (await eve.post("/contact/joincommunity", link=link["code"]))["code"] == 0
    await done(ann, "remove", ids=[eve.user_id], ban=1)
    await done(ann, "banned")
    await done(ann, "banned", after=eve.user_id)
    await done(ann, "unban", id=eve.user_id)
    await done(ann, "role", **him, role=2)
    for fields in (him, {}):
        await done(ann, "mute", **fields, until=4102444800000)
        assert (await bo.post_json("/message/send", cmd=11, **here, media=1, content="x"))["code"] in (0, -1)
        await done(ann, "mute", **fields, until=0)
    await done(bo, "alias", nickname="Bobby")
    await done(ann, "members", q="bob")
    await done(ann, "members", muted=1)
    await done(ann, "members", ids=[bo.user_id])
    await done(ann, "links")
    await done(ann, "unlink", link=link["id"])
    await done(ann, "transfer", **him)
    await done(bo, "dissolve")


async def _do_more(app: App, world: World) -> None:
    """What is newer, in all ways: settings, finding people and messages, chat records."""
    ann, bo, eve = world.people
    single, room = {"kind": 10, "dstid": bo.user_id}, {"kind": 11, "dstid": world.group}

    async def done(who, path, **fields):
        answer = await who.post_json(path, **fields)
        assert answer["code"] == 0, (path, answer)
        return answer.get("rows") or []

    for who, other in ((ann, bo), (bo, ann)):
        await done(who, "/contact/block", dstid=other.user_id, on=1)
        await done(who, "/contact/blocked")
        await done(who, "/contact/remove", dstid=other.user_id)
        await done(who, "/user/settings", approval="request", find=["id"])
    for who, other in ((ann, bo), (bo, ann)):
        await done(who, "/contact/block", dstid=other.user_id, on=0)
    dora = await app.client().register("Dora")
    for accept in (0, 1):
        asked = await dora.post("/contact/addfriend", dstid=ann.user_id, memo="hi")
        await done(ann, "/contact/answer", request=asked["data"]["request"], accept=accept)
    for who, other in ((ann, bo), (bo, ann)):
        await done(who, "/contact/addfriend", dstid=other.user_id)  # which crosses
        requests = await done(who, "/contact/requests")
        await done(who, "/contact/requests", before=requests[0]["id"])
        await done(who, "/contact/common", dstid=other.user_id)
    await done(ann, "/contact/update", dstid=bo.user_id, remark="B")
    for read, online in ((0, 0), (1, 1), (0, 1)):
        await done(bo, "/user/settings", read=read, online=online, approval="none", find=["id"])
        for who in (ann, bo):
            await done(who, "/message/conversations")
            await done(who, "/message/conversations", after=1)
    for fields in ({"id": ann.user_id}, {"mobile": ann.mobile}):
        for who in (bo, eve):
            await who.post_json("/user/find", **fields)
    await done(ann, "/contact/search", q="bo")
    members = await done(ann, "/community/members", dstid=world.group)
    await done(ann, "/community/members", dstid=world.group, after=members[0]["id"], limit=1)
    said = [await ann.post_json("/message/send", cmd=11, dstid=world.group, media=1, content="zebra 斑马")]
    said += [await ann.post_json("/message/send", cmd=10, dstid=bo.user_id, media=1, content="zebra")]
    ids = [answer["data"]["id"] for answer in said]
    for number, merge in enumerate((0, 1, 1, 0)):  # a record, and one in which it stands
        sent = {"ids": ids[:1] if number else ids, "to": [single, room], "merge": merge, "cid": f"f{number}"}
        copies = await done(ann, "/message/forward", **room, **sent)
        assert await done(ann, "/message/forward", **room, **sent) == copies
        ids.insert(0, next(row["id"] for row in copies if row["kind"] == 11))
    await done(ann, "/message/record", **room, id=ids[1])
    await done(ann, "/message/record", **room, id=ids[1], within=[0], after=1)
    await done(ann, "/favorite/add", **room, id=ids[1])
    await ann.post_json("/message/change", cmd=14, **room, id=ids[1])
    await done(ann, "/favorite/list", q="zebra")
    async with asyncio.timeout(PATIENCE):
        while len(await done(ann, "/message/search", q="zebra")) < 2:
            await asyncio.sleep(0.02)
    for mode in ("lucky", "equal"):
        put = {"amount": 5, "count": 2, "mode": mode, "cid": mode}
        for _ in range(2):
            packet = (await ann.post_json("/redpacket/send", **room, **put))["data"]["id"]
        for who in (ann, bo, bo):
            await done(who, "/redpacket/open", id=packet)
        await done(bo, "/redpacket/info", id=packet)
    await done(ann, "/redpacket/send", **single, amount=5)
    await done(ann, "/wallet/entries")
    await done(ann, "/wallet/entries", before=3)
    expire = RedPacket.update(expires=1).where(RedPacket.id == int(world.ids["{packet}"]))
    await app.services.db.write(expire.execute)
    await packets.give_back_expired(app.services)
    filters = {"from": ann.user_id}, {"media": 1}, {"since": 1}, {"until": 2**53 - 1}, {"limit": 1}
    await done(ann, "/message/search", q="zebra", before=ids[-1])
    for q in ("z", "zebra", "斑", "斑马", "zebra 斑马 z"):
        for where in ({}, single, room):
            for fields in ({}, *filters, dict(item for one in filters for item in one.items())):
                await done(ann, "/message/search", q=q, **where, **fields)


async def _operate(app: App, ann: Client, bo: Client, eve: Client) -> None:
    """What operators ask for and decide."""
    await make_operator(app, ann)
    for route in ("/ops/users", "/ops/groups"):
        for q in ("", "7", "1370", "+861370", "b", "斑"):
            for after in (None, bo.user_id):
                await ann.post(route, q=q, after=after)
    for on in (1, 0):
        for path in ("/ops/mute", "/ops/op", "/ops/deactivate", "/ops/user", "/ops/sessions/close"):
            answer = await ann.post(path, id=eve.user_id, on=on, until=on * 2**50)
            assert answer["code"] == 0, (path, answer)
    for before in (None, 3):
        await ann.post("/ops/audit", before=before)
    await operators.read_again(app.services)
    await recovery.catch_up(app.services, lost=False)


async def _come_in(app: App, ann: Client) -> None:
    """Codes, links and invitations."""
    screen = app.client()
    code = (await screen.post("/user/qr/new"))["data"]["code"]
    for path in ("scan", "approve", "poll"):
        await ann.post(f"/user/qr/{path}", code=code)
    for path in ("/ops/invites", "/ops/invite/list"):
        await ann.post(path)
    await ann.post("/ops/invite/list", before=9)
    await ann.post("/ops/invite/revoke", id=1)
    secret = (await ann.post("/user/totp/start"))["data"]["secret"]
    confirmed = await ann.post("/user/totp/confirm", code=pyotp.TOTP(secret).now())
    for code in ("000000", "A" * 16, confirmed["data"]["recovery"][0]):
        await screen.post("/user/login", mobile=ann.mobile, passwd=PASSWD, code=code)
    assert (await ann.post("/user/totp/off", code=confirmed["data"]["recovery"][1]))["code"] == 0
    token = (await make_link(app.services, ann.user_id)).split("#")[1]
    await screen.post("/user/reset", token=token, new=PASSWD)
    await ann.login(ann.mobile)
    eve = await app.client().register()
    await eve.upload(samples.picture("PNG"))
    await eve.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")
    await eve.post("/contact/addfriend", dstid=ann.user_id)
    await eve.post_json("/message/send", cmd=10, dstid=ann.user_id, media=1, content="x")
    await eve.fetch("/user/export", f"userid={eve.user_id}".encode())
    await eve.post("/user/delete", passwd=PASSWD)


def _table(shape: str) -> str:
    return (re.findall(r'(?:FROM|UPDATE) "?(\w+)"?', shape) or [shape])[0]


def _plans(said: str) -> list[dict]:
    """Those in a log of PostgreSQL's."""
    return [json.loads(text) for text in re.findall(r"plan:\n((?:\t.*\n)+)", said)]


def _walked(node: dict, firsts: dict[str, str]) -> set[str]:
    """Tables that this part of a plan goes through from end to end, or an index of theirs, whose first column
    it then does not ask for."""
    found = set().union(*(_walked(part, firsts) for part in node.get("Plans", ())))
    first = firsts.get(node.get("Index Name"), "")
    whole = "Index Name" in node and not re.search(rf"\b{first}\b", node.get("Index Cond", ""))
    if node["Node Type"] == "Seq Scan" or whole:
        found.add(node.get("Relation Name") or node["Index Name"])
    return {name for name in found if not name.startswith("pg_")}
