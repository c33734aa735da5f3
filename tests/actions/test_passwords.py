"""Passwords: what is stored, and that hashing stays bounded and off the loop."""

import asyncio
import threading
import unicodedata

import pytest

from actions import passwords
from actions.passwords import PasswordHasher, Turn
from protocol.errors import TryAgain


@pytest.fixture
def hasher():
    hasher = PasswordHasher(queue_size=2)
    yield hasher
    hasher.close()


async def test_password_is_stored_as_argon2id(hasher):
    """Who steals the table has to guess at 19 MiB a try, and two equal passwords do not look alike."""
    first, second = await hasher.hash("secret123"), await hasher.hash("secret123")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second and len(first) < 128
    assert await hasher.verify("secret123", first)
    assert not await hasher.verify("secret124", first)


async def test_letters_may_be_composed_or_not(hasher):
    """The same password opens from a keyboard that composes letters and from one that does not, also where
    an older row has the other form; and a space is a space."""
    composed, decomposed = "Cr\u00e8me br\u00fbl\u00e9e", "Cre\u0300me\u3000bru\u0302le\u0301e"
    for stored in (await hasher.hash(composed), await hasher.hash(decomposed)):
        assert await hasher.verify(composed, stored) and await hasher.verify(decomposed, stored)
        assert not await hasher.verify("Creme brulee", stored)
    older = hasher._argon.hash(unicodedata.normalize("NFD", composed))
    assert await hasher.verify(composed, older)
    odd = hasher._argon.hash(decomposed)  # as it came
    assert await hasher.verify(decomposed, odd)


async def test_any_bytes_make_a_password(hasher):
    """White space, case and every script count."""
    stored = await hasher.hash(" 密码 🔑 ")
    assert await hasher.verify(" 密码 🔑 ", stored)
    assert not await hasher.verify("密码 🔑", stored)


@pytest.mark.parametrize("stored", [None, "", "5f4dcc3b5aa765d61d8327deb882cf99"])
async def test_account_without_a_hash_opens_to_nobody(hasher, stored):
    """An unknown account, and a row with no hash of ours, refuse every password."""
    assert not await hasher.verify("password", stored)


async def test_unknown_account_is_hashed_too(hasher, monkeypatch):
    """A log-in for an unknown number does the same work as one for a known number."""
    seen = []
    monkeypatch.setattr(hasher, "_matches", lambda stored, passwd: seen.append(stored) or True)
    assert not await hasher.verify("secret123", None)
    assert [text[:31] for text in seen] == ["$argon2id$v=19$m=19456,t=2,p=1$"]


async def test_flood_is_turned_away(hasher):
    """When too many are waiting the next is told to try again; those waiting are served, then others are."""
    asked = asyncio.gather(*(hasher.hash("secret123") for _ in range(4)), return_exceptions=True)
    await asyncio.sleep(0)
    assert hasher.stats() == {"passwords_waiting": 2, "passwords_refused": 2}
    results = await asked
    assert hasher.stats() == {"passwords_waiting": 0, "passwords_refused": 2}
    assert [type(result) for result in results] == [str, str, TryAgain, TryAgain]
    assert await hasher.hash("secret123")


async def test_who_gives_up_frees_the_place(hasher):
    """A client that goes away while waiting does not keep others out."""
    waiting = [asyncio.ensure_future(hasher.hash("secret123")) for _ in range(2)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await hasher.hash("secret123")


# --- turns ------------------------------------------------------------------------------------------------


@pytest.fixture
def slow():
    """A hasher whose jobs end when the test says so: `order` is who was served."""

    class Slow(PasswordHasher):
        def __init__(self):
            super().__init__(queue_size=4)
            self.gate, self.order = threading.Semaphore(0), []

        def ask(self, *keys, known=False, disconnected=None):
            def job():
                self.gate.acquire()
                self.order.append("+".join(map(str, keys)))

            return asyncio.ensure_future(self._run(Turn(keys, known, disconnected), job))

    hasher = Slow()
    yield hasher
    hasher.gate.release(20)
    hasher.close()


async def test_callers_take_turns(slow):
    """Who asks for many is served one at a time, with all others between."""
    asked = [slow.ask(key) for key in ("crowd", "crowd", "crowd", "ann")]
    await asyncio.sleep(0)
    slow.gate.release(4)
    await asyncio.gather(*asked)
    assert slow.order == ["crowd", "ann", "crowd", "crowd"]


async def test_one_account_from_many_addresses(slow):
    """Turns are taken by account too: somebody who logs in to one account from many addresses, or to many
    from one address, does not stand before somebody who logs in once."""
    asked = [slow.ask(f"address {number}", "account") for number in range(3)]
    await asyncio.sleep(0)
    asked.append(slow.ask("address", "ann"))
    slow.gate.release(4)
    await asyncio.gather(*asked)
    assert slow.order[1] == "address+ann"
    asked = [slow.ask("address", f"account {number}") for number in range(3)]
    await asyncio.sleep(0)
    asked.append(slow.ask("elsewhere", "bob"))
    slow.gate.release(4)
    await asyncio.gather(*asked)
    assert slow.order[5] == "elsewhere+bob"


async def test_nobody_starves(slow):
    """Somebody who comes again gets a turn, however many others come for the first time."""
    asked = [slow.ask("ann"), slow.ask("ann")]
    for number in range(20):
        asked.append(slow.ask(f"first time {number}"))
        slow.gate.release()
        while len(slow.order) <= number:
            await asyncio.sleep(0.001)
    slow.gate.release(3)
    await asyncio.gather(*asked)
    assert slow.order.count("ann") == 2 and slow.order[12:].count("ann") == 0
    assert len(slow._next_turn) < 20


async def test_who_has_most_makes_room(slow):
    """A full queue of one caller's keeps nobody else out; but the last of several equals is turned away."""
    crowd = [slow.ask("crowd") for _ in range(4)]
    await asyncio.sleep(0)
    others = [slow.ask("ann"), slow.ask("bob"), slow.ask("eve")]
    await asyncio.sleep(0)
    slow.gate.release(4)
    results = await asyncio.gather(*crowd, *others, return_exceptions=True)
    assert [type(result) for result in results] == [type(None)] * 2 + [TryAgain] * 2 + [type(None)] * 2 + [
        TryAgain
    ]


async def test_strangers_make_room_for_who_is_known(slow):
    """However many strangers come from however many addresses, somebody whom the account knows gets in."""
    strangers = [slow.ask(number) for number in range(4)]
    await asyncio.sleep(0)
    known, stranger = slow.ask("ann", known=True), slow.ask("eve")
    await asyncio.sleep(0)
    slow.gate.release(4)
    results = await asyncio.gather(known, stranger, *strangers, return_exceptions=True)
    assert results[0] is None and isinstance(results[1], TryAgain)
    assert sum(isinstance(result, TryAgain) for result in results[2:]) == 1


async def test_who_hangs_up_frees_the_place(slow):
    """A client that has gone is not served, and its place is another's at once."""
    gone = asyncio.get_running_loop().create_future()
    asked = [slow.ask("first"), *(slow.ask("gone", disconnected=gone) for _ in range(3))]
    await asyncio.sleep(0)
    gone.set_result(None)
    await asyncio.sleep(0)
    assert slow.stats()["passwords_waiting"] == 1
    asked.append(slow.ask("ann"))
    slow.gate.release(2)
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert slow.order == ["first", "ann"]
    assert [type(result) for result in results] == [type(None), TryAgain, TryAgain, TryAgain, type(None)]


async def test_nobody_waits_for_long(slow, monkeypatch):
    """Where a hash takes very long, who waits is told to try again, and is not served later."""
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.05)
    first, second = slow.ask("first"), slow.ask("second")
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [TryAgain, TryAgain]
    assert slow.stats() == {"passwords_waiting": 1, "passwords_refused": 2}  # the one that has begun
