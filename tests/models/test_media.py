"""An upload's row and the quota, on three databases and against each other."""

import asyncio

import pytest

from models import media
from models.media import attach
from models.tables import ATTACHED, COLLECTING, GONE, UNATTACHED, Attachment, User
from protocol.errors import TooLarge
from protocol.media import Gone, file_name
from tests.models.people import NOW, count, newcomer

LATER = NOW + 1


def row(number: int, owner: int = 0, **columns) -> dict:
    key = "2026/11/" + f"{number:022d}"
    return {
        "key": key,
        "owner": owner,
        "ext": "png",
        "mime": "image/png",
        "bytes": 10,
        "createat": NOW,
        **columns,
    }


def url(number: int, ext: str = "png", mark: str = "") -> str:
    return f"/mnt/2026/11/{number:022d}{mark}.{ext}"


async def state(database, number: int) -> int | None:
    found = await database.read(lambda: Attachment.get_or_none(Attachment.key == row(number)["key"]))
    return found and found.state


async def used(database, user_id: int) -> int:
    return await database.read(lambda: User.get_by_id(user_id).media_bytes)


async def test_addresses_are_attached(database):
    """A message keeps the media it shows, whether it holds its address or its thumbnail's."""
    ann = await newcomer(database)
    for number in range(4):
        await database.write(media.reserve, row(number), 0)
    await database.write(attach, ann, 99, url(0), "", "https://example.com/mnt/x.png", "hello", "/mnt/short")
    await database.write(attach, ann, 99, url(1, "jpg", "_s"), url(9))
    await database.write(attach, ann, 99)
    assert [await state(database, number) for number in range(4)] == [
        ATTACHED,
        ATTACHED,
        UNATTACHED,
        UNATTACHED,
    ]


async def test_case_of_a_key_matters(database):
    """Two addresses that differ in the case of a letter are two uploads."""
    for key in ("2026/11/" + "a" * 22, "2026/11/" + "A" * 22):
        await database.write(media.reserve, row(0, key=key), 0)
    await database.write(attach, await newcomer(database), 99, "/mnt/2026/11/" + "a" * 22 + ".png")
    assert await count(database, Attachment, Attachment.state == ATTACHED) == 1


async def test_a_failed_upload_gives_its_room_back(database):
    """An upload that could not be stored costs no space, and its row goes with the next collection."""
    ann = await newcomer(database)
    await database.write(media.reserve, row(1, ann), 100)
    assert await used(database, ann) == 10
    for _ in range(2):
        await database.write(media.release, row(1)["key"])
    assert await used(database, ann) == 0
    [claimed] = await database.write(media.claim_unattached, LATER, 10)
    await database.write(media.forget, claimed)
    assert await used(database, ann) == 0
    assert await state(database, 1) == GONE


async def test_what_nothing_shows_is_collected(database):
    """An old upload that nothing shows goes and gives its room back once; a young one and one in use stay."""
    ann = await newcomer(database)
    for number, createat in enumerate([NOW, NOW, LATER]):
        await database.write(media.reserve, row(number, ann, createat=createat, thumb_ext="jpg"), 100)
    await database.write(attach, ann, 100, url(1))
    [claimed] = await database.write(media.claim_unattached, LATER, 10)
    assert claimed.names == [file_name(row(0)["key"], "png"), url(0, "jpg", "_s").removeprefix("/mnt/")]
    assert await used(database, ann) == 30
    for _ in range(2):
        await database.write(media.forget, claimed)
    assert await used(database, ann) == 20
    assert [await state(database, number) for number in range(3)] == [GONE, ATTACHED, UNATTACHED]


async def test_claimed_is_claimed(database):
    """What is being deleted cannot be attached any more, and is found again after a crash; it is remembered
    for some months."""
    ann = await newcomer(database)
    await database.write(media.reserve, row(0), 0)
    await database.write(media.claim_unattached, LATER, 10)
    with pytest.raises(Gone):
        await database.write(attach, ann, 99, url(0))
    assert (await state(database, 0), await used(database, ann)) == (COLLECTING, 0)
    [claimed] = await database.write(media.claim_unattached, LATER, 10)
    await database.write(media.forget, claimed)
    await database.write(media.purge, NOW + media.REMEMBERED_MS)
    with pytest.raises(Gone):
        await database.write(attach, ann, 99, url(0))
    await database.write(media.purge, NOW + media.REMEMBERED_MS + 1)
    assert await state(database, 0) is None


async def test_who_pays_is_one(busy):
    """Of many who show a picture that nobody owns at once, one pays for it; a full quota pays for none."""
    people = [await newcomer(busy) for _ in range(6)]
    poor = await newcomer(busy)
    await busy.write(media.reserve, row(0), 0)
    with pytest.raises(TooLarge):
        await busy.write(attach, poor, 9, url(0))
    assert (await state(busy, 0), await used(busy, poor)) == (UNATTACHED, 0)
    await asyncio.gather(*(busy.write(attach, user_id, 99, url(0)) for user_id in people))
    assert sorted([await used(busy, user_id) for user_id in people]) == [0] * 5 + [10]
    assert await state(busy, 0) == ATTACHED


async def test_the_quota_is_exact(busy):
    """Of twenty uploads at once against room for five, five are taken."""
    ann = await newcomer(busy)
    results = await asyncio.gather(
        *(busy.write(media.reserve, row(number, ann), 59) for number in range(20)), return_exceptions=True
    )
    assert [type(result) for result in results].count(TooLarge) == 15
    assert results.count(None) == 5
    assert await used(busy, ann) == 50
    assert await count(busy, Attachment) == 5


async def test_attached_or_collected_never_both(busy):
    """A message sent at the moment of collection either keeps its picture or came too late: one of the
    two."""
    ann = await newcomer(busy)
    for number in range(40):
        await busy.write(media.reserve, row(number), 0)
    claims = [busy.write(media.claim_unattached, LATER, 10) for _ in range(8)]
    attaches = [busy.write(attach, ann, 1000, url(number)) for number in range(40)]
    results = await asyncio.gather(*attaches[:20], *claims, *attaches[20:], return_exceptions=True)
    attached = results[:20] + results[28:]
    assert {type(result) for result in attached} <= {type(None), Gone}
    assert await used(busy, ann) == 10 * attached.count(None)
    for number, result in enumerate(attached):
        assert await state(busy, number) == (COLLECTING if result else ATTACHED)
