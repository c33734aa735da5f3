"""Accounts as rows, on each database."""

import pytest

from models import accounts
from protocol.errors import Conflict, NotFound, Refused
from tests.models.people import NOW, newcomer


async def create(database, mobile, nickname="Ann"):
    return await database.write(
        accounts.create_user, mobile, "a hash", nickname, "/mnt/a.png", "W", "hello", NOW
    )


async def test_new_account_shows_what_was_given(database):
    """A new user finds in their profile what they registered with, and no trace of the password."""
    row = await create(database, "13800138000")
    assert row == {
        "id": row["id"],
        "mobile": "13800138000",
        "avatar": "/mnt/a.png",
        "sex": "W",
        "nickname": "Ann",
        "memo": "hello",
        "createat": NOW,
    }
    assert await database.read(accounts.find_user, row["id"]) == row


async def test_number_has_one_account(database):
    """A number that is registered cannot be registered again, and the account stays as it is."""
    row = await create(database, "13800138000")
    with pytest.raises(Conflict, match="already registered") as refused:
        await create(database, "13800138000", "Eve")
    assert refused.value.msg() == "该手机号已经注册"
    with pytest.raises(Conflict):
        await database.read(accounts.require_free, "13800138000")
    assert await database.read(accounts.find_user, row["id"]) == row


async def test_country_code_is_part_of_the_number(database):
    """A number with a leading + is another account than the same digits without."""
    await create(database, "+8613800138000")
    await database.read(accounts.require_free, "8613800138000")
    await create(database, "8613800138000")


async def test_any_script_is_kept(database):
    """Names in Chinese and emoji come back as they were given."""
    row = await create(database, "13800138000", "小喜鹊 🐦‍⬛")
    assert (await database.read(accounts.find_user, row["id"]))["nickname"] == "小喜鹊 🐦‍⬛"


async def test_unknown_user(database):
    """Looking for a user who does not exist says so."""
    for lookup in (accounts.find_user, accounts.passwd_of):
        with pytest.raises(NotFound) as refused:
            await database.read(lookup, 2**53 - 1)
        assert refused.value.msg() == "该用户不存在"
    assert await database.read(accounts.login_of, "13800138000") is None


async def test_log_in_finds_the_hash(database):
    """Logging in finds the account by its number."""
    row = await create(database, "13800138000")
    assert await database.read(accounts.login_of, "13800138000") == {"id": row["id"], "passwd": "a hash"}


async def test_profile_changes_what_is_named(database):
    """Changing the nickname leaves the rest of the profile alone; saying the same again is fine."""
    row = await create(database, "13800138000")
    for _ in range(2):
        assert await database.write(accounts.update_profile, row["id"], {"nickname": "Bo"}) == row | {
            "nickname": "Bo"
        }
    assert await database.write(accounts.update_profile, row["id"], {}) == row | {"nickname": "Bo"}


async def test_password_is_replaced_once(database):
    """A password change that was checked against an older password is refused."""
    user_id = await newcomer(database, passwd="first")
    await database.write(accounts.replace_passwd, user_id, "first", "second")
    with pytest.raises(Refused):
        await database.write(accounts.replace_passwd, user_id, "first", "third")
    assert await database.read(accounts.passwd_of, user_id) == "second"
