"""What holds for one process holds for all of them together: limits, log-outs, joins, who types, who is
online, and that the house is kept once."""

import asyncio
import concurrent.futures
import itertools
from functools import partial

import pytest

from models import media
from models.tables import COLLECTING, GONE, Attachment, ServerState, Session, User
from protocol.clock import now_ms
from protocol.messages import Media
from tests import samples
from tests.app import PASSWD
from tests.cluster.lasting import KINDS, Lasting, migrate, two_lasting, until
from tests.handlers.people import text
from tests.process import run

#: No token comes back while a test lasts. Every client says from which address it comes.
LIMITS = {
    "MAGPIE_LIMITS_ENABLED": "true",
    "MAGPIE_SERVER_PROXIES": "127.0.0.1",
    "MAGPIE_LIMITS_HASHES_MOST": "200",
    "MAGPIE_AUTH_HASH_QUEUE": "200",
    "MAGPIE_HUB_OFFLINE_DELAY": "0",
    **{
        f"MAGPIE_LIMITS_{name}_RATE": "0.000001"
        for name in ("LOGIN", "ACCOUNT_LOGIN", "REGISTER", "ANONYMOUS_UPLOAD", "FIND", "CONTACT")
    },
}
OLD_KEYS = [f"2020/01/{number:022}" for number in range(3)]

_addresses = (f"198.51.{high}.{low}" for high, low in itertools.product(range(100), range(1, 255)))
_mobiles = itertools.count(13900000000)


def leave_uploads() -> None:
    """Three uploads that nobody shows, from the time before."""
    User.insert(mobile="1", passwd="", nickname="Old", createat=1, media_bytes=37).execute()
    for key in OLD_KEYS:
        row = media.NewRow(
            key=key, owner=1, ext="png", thumb_ext="", mime="", bytes=10, width=1, height=1, createat=1
        )
        Attachment.insert(row).execute()


def migrate_twice(lasting: Lasting) -> list[tuple[int, str]]:
    """`--migrate` twice at once, as two machines would: exit codes and what was said."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda name: migrate(lasting, lasting.data.parent / name), "ab"))


@pytest.fixture(scope="module", params=KINDS, ids="+".join)
def lasting(request, tmp_path_factory):
    def prepare(made: Lasting) -> None:
        made.migrated = migrate_twice(made)
        asyncio.run(made.write(leave_uploads))

    with two_lasting(request, tmp_path_factory, prepare, **LIMITS) as made:
        yield made


@pytest.fixture
def two(lasting, io_loop):
    yield lasting.cluster
    lasting.forget_clients()


def at(cluster, number: int, address: str = ""):
    """A browser at one of the processes, at an address of its own."""
    return cluster.client(number, X_Forwarded_For=address or next(_addresses))


async def codes(*calls) -> list[int]:
    return [answer["code"] for answer in await asyncio.gather(*calls)]


async def friends(two):
    """Two people at a process each, who may write to each other."""
    ann, bob = await at(two, 0).register("Ann"), await at(two, 1).register("Bob")
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0
    return ann, bob


# --- limits -----------------------------------------------------------------------------------------------


def held_to(most: int, code: int, answers: list[int], lasting: Lasting) -> bool:
    """Whether `most` were answered with `code`, and all others told to wait. A process that had to wait a
    second for Redis, on a machine as busy as that, says so and counts for itself."""
    found = answers.count(code)
    assert found + answers.count(-429) == len(answers)
    alone = "each process counts log-ins for itself" in lasting.logged()
    return most <= found <= 2 * most if alone else found == most


async def test_guesses_from_one_address(two, lasting):
    """Of 150 wrong log-ins at the same time, at both processes, ten are tried: what one address may."""
    browsers = [at(two, number, "192.0.2.1") for number in range(2)]
    tries = [
        browsers[i % 2].post("/user/login", mobile=next(_mobiles), passwd="wrong123", userid=None)
        for i in range(150)
    ]
    answers = await codes(*tries)
    assert held_to(10, -1, answers, lasting)


async def test_guesses_at_one_account(two, lasting):
    """Strangers at both processes, each at another address, have twenty tries together; its owner gets in."""
    owner = await at(two, 0).register()
    tries = [
        at(two, i % 2).post("/user/login", mobile=owner.mobile, passwd="wrong123", userid=None)
        for i in range(50)
    ]
    answers = await codes(*tries)
    assert held_to(20, -1, answers, lasting)
    here = two.at(1, owner)
    here.headers, here.device = owner.headers, owner.device
    assert (await here.login(owner.mobile)).user_id == owner.user_id


async def test_right_log_ins_do_not_count(two):
    """A school behind one address logs in at both processes."""
    pupil = await at(two, 0, "192.0.2.3").register()
    for i in range(24):
        await at(two, i % 2, "192.0.2.3").login(pupil.mobile)


async def test_new_accounts(two, lasting):
    """One address makes twenty accounts, wherever it asks."""
    browsers = [at(two, number, "192.0.2.4") for number in range(2)]
    calls = [
        browsers[i % 2].post("/user/register", mobile=next(_mobiles), passwd=PASSWD, userid=None)
        for i in range(40)
    ]
    answers = await codes(*calls)
    assert held_to(20, 0, answers, lasting)


async def test_uploads_before_log_in(two, lasting):
    """One address uploads five pictures before log-in, wherever it does so."""
    browsers = [at(two, number, "192.0.2.5") for number in range(2)]
    answers = await codes(*(browsers[i % 2].upload(samples.picture("PNG")) for i in range(12)))
    assert held_to(5, 0, answers, lasting)


async def test_what_one_user_asks_for(two, lasting):
    """Who looks for people, or for groups, one after the other finds no more by asking both processes."""
    ann = await at(two, 0).register()
    browsers = [ann, two.at(1, ann)]
    for path, field in (("/user/find", "id"), ("/contact/joincommunity", "dstid")):
        calls = [browsers[i % 2].post(path, **{field: 1_000_000 + i}) for i in range(50)]
        answers = await codes(*calls)
        assert held_to(30, -404, answers, lasting), path


# --- ends of sessions -------------------------------------------------------------------------------------


async def test_log_out(two):
    """Who logs out at one process is logged out at the other, sockets included; other sessions stay."""
    ann = await at(two, 0).register()
    phone = await at(two, 1).login(ann.mobile)
    async with two.at(1, ann).socket() as closed, phone.socket() as kept:
        assert (await ann.post("/user/logout"))["code"] == 0
        assert await closed.closed() == 4401
        await kept.send({"cmd": 0})
        assert (await kept.receive())["cmd"] == 0
    assert (await two.at(1, ann).post("/user/sessions"))["code"] == -401


@pytest.mark.parametrize("path, fields", [("/user/revoke", {}), ("/user/passwd", {"new": "another1"})])
async def test_all_others_are_logged_out(two, path, fields):
    """To end all other sessions, or to change the password, ends their sockets wherever they are, and not
    one's own at another process."""
    ann = await at(two, 0).register()
    others = [await at(two, number).login(ann.mobile) for number in range(2)]
    async with others[0].socket() as here, others[1].socket() as there, two.at(1, ann).socket() as kept:
        answer = await ann.post(path, **fields, **({"old": PASSWD} if fields else {}))
        assert answer["code"] == 0, answer
        assert [await here.closed(), await there.closed()] == [4401, 4401]
        await kept.send({"cmd": 0})
        assert (await kept.receive())["cmd"] == 0


async def test_the_end_of_a_session(two, lasting):
    """When the time of a session is over its sockets end at all processes."""
    ann = await at(two, 0).register()
    mine = Session.user_id == ann.user_id
    await lasting.write(Session.update(expires=now_ms() + 1500).where(mine).execute)
    async with ann.socket() as here, two.at(1, ann).socket() as there:
        assert [await here.closed(), await there.closed()] == [4401, 4401]


# --- groups, typing, presence -----------------------------------------------------------------------------


async def test_joining(two):
    """Who joins a group at one process hears what is said next, on all devices, whichever process is told."""
    ann, bob = await at(two, 0).register(), await at(two, 1).register()
    group = (await ann.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    async with ann.socket() as hers, bob.socket() as his, two.at(0, bob).socket() as tablet:
        assert (await bob.post("/contact/joincommunity", dstid=group))["code"] == 0
        await hers.send(text(group, "welcome", "1", 11))
        for socket in (his, tablet):
            assert (await socket.receive(11))["media"] == Media.NOTICE  # that he has joined
            assert (await socket.receive(11))["content"] == "welcome"
        await his.send({"cmd": 12, "kind": 11, "dstid": group})
        assert await hers.receive(12) == {"cmd": 12, "userid": bob.user_id, "kind": 11, "dstid": group}


async def test_who_types(two):
    """Ann types at one process, and Bob sees it at the other while he looks at their chat, not when he looks
    at another."""
    ann, bob = await friends(two)
    async with ann.socket() as hers, bob.socket() as looks, bob.socket() as looks_elsewhere:
        await looks.send({"cmd": 18, "kind": 10, "dstid": ann.user_id})
        await looks_elsewhere.send({"cmd": 18, "kind": 11, "dstid": 1})
        for socket in (looks, looks_elsewhere):
            await socket.send({"cmd": 0})
            await socket.receive(0)
        await hers.send({"cmd": 12, "kind": 10, "dstid": bob.user_id})
        event = {"cmd": 12, "userid": ann.user_id, "kind": 10, "dstid": bob.user_id}
        assert await looks.receive(12) == event
        await hers.send(text(bob, "hi", "1"))
        assert (await looks_elsewhere.receive(12, 10))["cmd"] == 10


async def test_who_is_online(two):
    """Ann comes and goes at one process; Bob is told at the other, and finds her so in his list."""
    ann, bob = await friends(two)
    async with bob.socket() as his:
        async with ann.socket():
            assert await his.receive(17) == {"cmd": 17, "userid": ann.user_id, "online": 1}
            assert (await bob.post("/contact/loadfriend"))["rows"][0]["online"] == 1
            async with two.at(1, ann).socket():
                pass
        assert await his.receive(17) == {"cmd": 17, "userid": ann.user_id, "online": 0}
        assert (await bob.post("/contact/loadfriend"))["rows"][0]["online"] == 0


async def test_who_hides(two):
    """Ann switches at one process; at the other Bob hears that she is gone, and nothing of what she reads."""
    ann, bob = await friends(two)
    for _ in range(2):
        await bob.post_json("/message/send", **text(ann))

    async def news(socket):
        told = [await socket.receive() for _ in range(2)]
        return sorted((frame["cmd"], frame.get("online")) for frame in told)

    async with bob.socket() as his, ann.socket() as hers, two.at(1, ann).socket() as elsewhere:
        assert await his.receive(17) == {"cmd": 17, "userid": ann.user_id, "online": 1}
        await ann.post("/user/settings", online=0, read=0)
        updated = {"cmd": 20, "what": "updated", "userid": ann.user_id, "dstid": ann.user_id, "kind": 10}
        assert await elsewhere.receive(20) == updated
        assert await news(his) == [(17, 0), (20, None)]
        assert (await bob.post("/contact/loadfriend"))["rows"][0]["online"] == 0
        assert (await two.at(1, ann).post("/contact/loadfriend"))["rows"][0]["online"] == 0
        mark = {"cmd": 13, "kind": 10, "seq": 2}
        await elsewhere.send({**mark, "dstid": bob.user_id})
        assert (await hers.receive(13))["userid"] == ann.user_id
        await his.send({**mark, "dstid": ann.user_id})
        await ann.post("/user/settings", online=1, read=1)
        assert await news(his) == [(17, 1), (20, None)]
        assert (await bob.post("/message/conversations"))["rows"][0]["peer_read"] == 2


# --- the house --------------------------------------------------------------------------------------------


async def test_the_house_is_kept_once(lasting):
    """Two processes that start together collect what nobody shows once: the files' room comes back once."""

    def found() -> tuple[set[int], int]:
        old = Attachment.select(Attachment.state).where(Attachment.owner == 1)
        return {state for (state,) in old.tuples()}, User.select(User.media_bytes).where(
            User.id == 1
        ).scalar()

    async def collected() -> bool:
        return await lasting.write(found) == ({GONE}, 7)

    await until(collected)
    said = [line for line in lasting.logged().splitlines() if "housekeeping: collect_unattached" in line]
    assert len(said) == 1 and said[0].endswith(": 3")
    assert not await lasting.write(partial(Attachment.select().where(Attachment.state == COLLECTING).exists))
    last = ServerState.select(ServerState.value).where(ServerState.name == "housekeeping")
    assert 0 < await lasting.write(last.scalar) <= now_ms()


def test_two_who_migrate(lasting):
    """Of two `--migrate` at once one makes the schema; the other waits and finds it made, or says why not."""
    assert 0 in [code for code, _ in lasting.migrated]
    assert sum(said.count("up: 0001_initial") for _, said in lasting.migrated) == 1
    for code, said in lasting.migrated:
        assert code == 0 or "stop all of them first" in said, said


def test_maintaining_beside_servers(lasting, tmp_path):
    """While servers run, `--migrate` and `--new-epoch` are refused in a line that says what to do, on their
    machine and on another."""
    for option, data, why in (
        ("--migrate", lasting.data, "at work on this data"),
        ("--new-epoch", tmp_path / "elsewhere", "servers are at work on this database"),
    ):
        code, out, said = run(option, "--data", str(data), **lasting.env)
        assert (code, out, said.count("\n")) == (1, "", 1), said
        assert why in said and "--migrate and --new-epoch are for when none is running" in said


# --- a process that dies ----------------------------------------------------------------------------------


@pytest.fixture
def doomed(lasting):
    """One more process, to be killed."""
    lasting.start(1)
    yield lasting.cluster.processes[-1]
    lasting.cluster.processes.pop()


async def test_killed_between_ending_and_telling(two, doomed, lasting):
    """A process ends a session and is killed before it says so: the others close its sockets all the same.
    What was counted by it stays counted."""
    last = len(two.processes) - 1
    ann, eve = await at(two, 0).register(), await at(two, 0).register()
    tries = [
        at(two, last, "192.0.2.9").post("/user/login", mobile=next(_mobiles), passwd="wrong123", userid=None)
        for _ in range(10)
    ]
    assert await codes(*tries) == [-1] * 10
    async with ann.socket() as one, two.at(1, ann).socket() as other, eve.socket() as kept:
        await lasting.write(Session.delete().where(Session.user_id == ann.user_id).execute)
        doomed.child.kill()
        assert [await one.closed(), await other.closed()] == [4401, 4401]
        await kept.send({"cmd": 0})
        assert (await kept.receive())["cmd"] == 0
    guess = at(two, 0, "192.0.2.9").post("/user/login", mobile=next(_mobiles), passwd="wrong123", userid=None)
    assert await codes(guess) == [-429]
