"""Passwords: what is stored, and that hashing stays bounded and off the loop."""

import asyncio

import pytest

from actions.passwords import PasswordHasher
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
