"""Ways into an account that many try at the same moment: the database decides, on each of its kinds."""

import pyotp
import pytest

from models import accounts, invites, qr, resets, sessions, totp
from models.tables import Invite, Recovery, Session, Totp, User
from protocol.errors import Forbidden, NotFound
from tests.models.people import NOW, all_at_once, count, newcomer

AT_ONCE = 12
DAY = 86_400_000


def register(number, mode, code=""):
    first = invites.admit(mode, code, NOW)
    accounts.create_user(f"1380000{number:04}", "hash", "", "", "U", "", NOW, op=int(first))
    return first


def open_one(user_id, token, second=None):
    return sessions.open_session(user_id, None, token, "", "", NOW, DAY, second=second).id


def taken(results):
    """How many were let in."""
    return len([result for result in results if not isinstance(result, Exception)])


@pytest.mark.parametrize("mode", ["open", "invite", "closed"])
async def test_one_is_the_first(busy, mode):
    """Of many who register at once in an empty installation one is the operator."""
    results = await all_at_once(*(busy.write(register, number, mode) for number in range(AT_ONCE)))
    assert results.count(True) == 1
    assert [type(result) for result in results].count(Forbidden) == (0 if mode == "open" else AT_ONCE - 1)
    assert await count(busy, User, User.op == 1) == 1


async def test_an_invitation_is_used_up(busy):
    """Just as many come in as an invitation has uses."""
    await busy.write(register, 999, "invite")
    await busy.write(invites.make, 1, "code", 5, 0, NOW)
    results = await all_at_once(*(busy.write(register, n, "invite", "code") for n in range(AT_ONCE)))
    assert taken(results) == 5
    assert await count(busy, User) == 6
    assert (await busy.read(Invite.get)).used == 5


async def test_failed_registrations_use_nothing_up(busy):
    """Whose number is taken leaves the invitation to others, and who failed was not the first."""
    await busy.write(register, 1, "invite")
    await busy.write(invites.make, 1, "code", AT_ONCE, 0, NOW)
    same = await all_at_once(*(busy.write(register, 2, "invite", "code") for _ in range(AT_ONCE)))
    assert taken(same) == 1
    assert (await busy.read(Invite.get)).used == 1


async def test_a_code_is_taken_once(busy):
    """Of many log-ins with one code one gets in; so it is with a recovery code."""
    ann, secret = await newcomer(busy), pyotp.random_base32()
    await busy.write(totp.start, ann, secret)
    plain = "A" * 16
    code = pyotp.TOTP(secret).generate_otp(NOW // totp.STEP_MS - 1)
    await busy.write(totp.confirm, ann, code, [plain], NOW, unsealed)
    for code in (pyotp.TOTP(secret).generate_otp(NOW // totp.STEP_MS), plain):

        def second(user_id, code=code):
            totp.require(user_id, code, NOW, unsealed)

        calls = (busy.write(open_one, ann, f"{code} {number}", second) for number in range(AT_ONCE))
        results = await all_at_once(*calls)
        assert [type(result) for result in results].count(totp.WrongCode) == AT_ONCE - 1
    assert await count(busy, Session, Session.user_id == ann) == 2
    assert await count(busy, Recovery) == 0


def unsealed(user_id, secret):
    return secret


async def test_codes_are_turned_on_once(busy):
    """Of two devices that confirm at once one is shown the recovery codes that hold."""
    ann, secret = await newcomer(busy), pyotp.random_base32()
    await busy.write(totp.start, ann, secret)
    code = pyotp.TOTP(secret).generate_otp(NOW // totp.STEP_MS)
    results = await all_at_once(
        *(busy.write(totp.confirm, ann, code, [f"{'B' * 15}{letter}"], NOW, unsealed) for letter in "ABCDEF")
    )
    assert taken(results) == 1
    assert await count(busy, Recovery) == 1
    assert await count(busy, Totp) == 1


async def test_a_link_sets_one_password(busy):
    """Of many who use a link at once one does, and no session of the account is left."""
    ann = await newcomer(busy)
    await busy.write(open_one, ann, "token")
    await busy.write(resets.make, 0, ann, "link", NOW, NOW + 1)
    results = await all_at_once(*(busy.write(resets.use, "link", f"hash {n}", NOW) for n in range(AT_ONCE)))
    assert [type(result) for result in results].count(NotFound) == AT_ONCE - 1
    [winner] = [n for n, result in enumerate(results) if not isinstance(result, Exception)]
    assert await busy.read(accounts.passwd_of, ann) == f"hash {winner}"
    assert await count(busy, Session, Session.user_id == ann) == 0


async def test_links_made_at_once(busy):
    """Of many links for one user one is good."""
    ann = await newcomer(busy)
    await all_at_once(*(busy.write(resets.make, 0, ann, f"link {n}", NOW, NOW + 1) for n in range(AT_ONCE)))
    results = await all_at_once(*(busy.write(resets.use, f"link {n}", "x", NOW) for n in range(AT_ONCE)))
    assert taken(results) == 1


async def test_a_qr_code_is_one_session(busy):
    """One of many who scan a code has it; of many questions one gets the session."""
    people = [await newcomer(busy) for _ in range(6)]
    await busy.write(qr.make, "code", "proof", "", "", NOW + 1)
    scanned = await all_at_once(*(busy.write(qr.scan, who, "code", NOW) for who in people))
    assert taken(scanned) == 1
    own = {who: await busy.write(open_one, who, f"of {who}") for who in people}
    approved = await all_at_once(*(busy.write(qr.decide, who, own[who], "code", True, NOW) for who in people))
    assert taken(approved) == 1

    def take(number):
        user_id, _ = qr.take("code", "proof", NOW)
        return user_id, open_one(user_id, f"token {number}")

    results = await all_at_once(*(busy.write(take, number) for number in range(AT_ONCE)))
    assert [type(result) for result in results].count(NotFound) == AT_ONCE - 1
    assert await count(busy, Session) == len(people) + 1


async def test_a_qr_code_against_the_end_of_its_session(busy):
    """Who ends all other sessions while what one of them has approved is asked for is left with their own."""
    for number in range(4):
        owner, code = await newcomer(busy), f"code {number}"
        kept, stolen = [await busy.write(open_one, owner, f"{code} {name}") for name in ("kept", "stolen")]
        await busy.write(qr.make, code, "proof", "", "", NOW + 1)
        await busy.write(qr.scan, owner, code, NOW)
        await busy.write(qr.decide, owner, stolen, code, True, NOW)

        def take(code):
            return open_one(qr.take(code, "proof", NOW)[0], f"token {code}")

        await all_at_once(busy.write(take, code), busy.write(sessions.close_others, owner, kept))
        assert await count(busy, Session, Session.user_id == owner) == 1
