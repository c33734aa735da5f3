"""Somebody guesses a password, or keeps the hashing thread busy, from many addresses at once."""

import asyncio

from tests.app import PASSWD, Client
from tests.faults.bystander import Bystanders
from tests.process import process

#: Limits as installed; every client says from which address it comes.
LIMITED = {"IM_LIMITS_ENABLED": "true", "IM_SERVER_PROXIES": "127.0.0.1"}


def at(server, address: str) -> Client:
    """A browser at an address."""
    return server.client(X_Forwarded_For=address)


async def log_in(client: Client, mobile: str, passwd: str = PASSWD) -> int:
    """The code of the answer."""
    answer = await client.post("/user/login", mobile=mobile, passwd=passwd, userid=None)
    return answer["code"]


async def test_guessing_from_many_addresses(tmp_path):
    """After some wrong passwords strangers have to wait, wherever they ask from. The owner gets in from a
    browser and from an address that the account knows, and others notice nothing."""
    async with process(tmp_path, **LIMITED) as server:
        owner = await at(server, "198.51.100.1").register()

        async def guess() -> list[int]:
            codes = []
            for number in range(30):
                stranger = at(server, f"203.0.113.{number + 1}")
                codes += [await log_in(stranger, owner.mobile, f"guess {number} {k}") for k in range(4)]
                stranger.close()
            return codes

        async with Bystanders(server) as friends:
            calm = await friends.during(asyncio.sleep(1))
            flooded = await friends.during(guess())
        flooded.compare(calm)
        assert set(flooded.result) == {-1, -429}
        assert flooded.result.count(-1) <= 25  # the burst, and what came back meanwhile
        # An unknown number is slowed down in the same way: nothing tells that it has no account.
        nobody = [await log_in(at(server, f"203.0.114.{n + 1}"), "13700000000", "guess") for n in range(30)]
        assert nobody.count(-1) <= 25
        elsewhere = at(server, "203.0.115.1")
        assert await log_in(elsewhere, owner.mobile) == -429
        elsewhere.device = owner.device  # the owner's browser, on the road
        assert await log_in(elsewhere, owner.mobile) == 0
        assert await log_in(at(server, "198.51.100.1"), owner.mobile) == 0  # at home, a new browser
        assert (await owner.post("/user/passwd", old=PASSWD, new="another1"))["code"] == 0


async def test_a_known_browser_guesses_by_itself(tmp_path):
    """Others at the address of a browser, and its own other accounts, don't spend its tries; its own are
    counted, wherever it is."""
    async with process(tmp_path, **LIMITED) as server:
        owner = await at(server, "198.51.100.1").register()
        neighbour = at(server, "198.51.100.1")
        codes = [await log_in(neighbour, "13700000000", "wrong") for _ in range(15)]
        assert -429 in codes
        assert await log_in(owner, owner.mobile) == 0
        codes = []
        for number in range(30):
            owner.headers["X-Forwarded-For"] = f"203.0.113.{number + 1}"
            codes.append(await log_in(owner, owner.mobile, "wrong"))
        assert codes.count(-1) <= 25 and -429 in codes


async def test_logging_in_without_end(tmp_path):
    """Somebody who knows one password logs in again and again from eight addresses: others who log in wait
    for some hashes, not for all, and nobody's messages wait; even where they may log in as often as they
    like."""
    rates = {"IM_LIMITS_LOGIN_RATE": "1000", "IM_LIMITS_ACCOUNT_LOGIN_RATE": "1000"}
    async with process(tmp_path, **LIMITED, **rates) as server:
        busy = await at(server, "198.51.100.1").register()
        victim = await at(server, "198.51.100.2").register()
        done, logged_in = asyncio.Event(), 0

        async def flood(address: str) -> None:
            nonlocal logged_in
            client = at(server, address)
            while not done.is_set():
                if await log_in(client, busy.mobile) == 0:
                    logged_in += 1
                else:
                    await asyncio.sleep(0.05)

        async def others() -> tuple[list[int], float]:
            flooding = [asyncio.create_task(flood(f"203.0.113.{number % 8 + 1}")) for number in range(24)]
            while logged_in < 24:
                await asyncio.sleep(0.05)
            codes, before = [], logged_in
            for number in range(2):
                codes.append(await log_in(at(server, f"198.51.100.{number + 10}"), victim.mobile))
                await at(server, f"198.51.100.{number + 20}").register()
            waited_for = (logged_in - before) / 4
            done.set()
            await asyncio.gather(*flooding)
            return codes, waited_for

        async with Bystanders(server) as friends:
            calm = await friends.during(asyncio.sleep(1))
            flooded = await friends.during(others())
        flooded.compare(calm)
        codes, waited_for = flooded.result
        assert codes == [0, 0]
        assert waited_for < 5  # of the 8 of an address or account that may wait at a time
        await busy.login(busy.mobile)
        assert (await busy.post("/user/sessions"))["total"] <= 50
