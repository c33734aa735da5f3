"""Drafts of one person, written on many devices at the same moment, on all databases."""

from models import contacts, drafts
from protocol.drafts import SetDraft
from protocol.errors import Conflict
from tests.models.people import NOW, all_at_once, newcomers

AT_ONCE = 10


async def test_each_change_has_a_number(busy):
    """However many are written at once, in one chat or in several, each has a number of its own, and the list
    is what the last ones say."""
    ann, *others = await newcomers(busy, 3)
    for other in others:
        await busy.write(contacts.befriend, ann, other, NOW)
    said = [SetDraft(10, others[n % 2], f"text {n} 草稿 👍") for n in range(AT_ONCE)]
    results = await all_at_once(*(busy.write(drafts.put, ann, one, False, NOW) for one in said))
    rows = sorted((row for row, _ in results), key=lambda row: row["rev"])
    assert [row["rev"] for row in rows] == [*range(1, AT_ONCE + 1)]
    listed, data = await busy.read(drafts.drafts_of, ann, None)
    last = [row for row in rows if not any(_newer(other, row) for other in rows)]
    assert listed == last
    assert data == {"more": 0, "rev": AT_ONCE}


def _newer(one, other) -> bool:
    return one["dstid"] == other["dstid"] and one["rev"] > other["rev"]


async def test_one_goes_on_from_another(busy):
    """Of many devices that go on from the same draft one is first, and all the others are told its text."""
    ann, bo = await newcomers(busy, 2)
    await busy.write(contacts.befriend, ann, bo, NOW)
    first, _ = await busy.write(drafts.put, ann, SetDraft(10, bo, "first"), False, NOW)
    said = [SetDraft(10, bo, f"text {n}", rev=first["rev"]) for n in range(AT_ONCE)]
    results = await all_at_once(*(busy.write(drafts.put, ann, one, False, NOW) for one in said))
    refused = [result for result in results if isinstance(result, Conflict)]
    [(won, changed)] = [result for result in results if not isinstance(result, Conflict)]
    assert changed and len(refused) == AT_ONCE - 1
    assert all(refusal.data == won for refusal in refused)
