"""Previews in messages, as the log writes them: once, in order, for the link that is there."""

import json

import pytest

from log.entries import Edit, Preview, Recall
from models import media, previews
from models.messages import these
from models.tables import ATTACHED, UNATTACHED, Attachment, Conversation
from models.views import View
from protocol.errors import Forbidden, NotFound, Refused
from protocol.messages import ROOM, SINGLE
from tests.log.scribe import friends, lose_a_commit, room_of  # noqa: F401
from tests.log.test_changes import edit, stored
from tests.models.people import NOW, newcomers

URL = "https://a.example/x"
KEY = "2026/11/" + "k" * 22


def preview(pic=False, url=URL):
    return {"url": url, "title": "A", **({"pic": f"/mnt/{KEY}.jpg", "w": 6, "h": 4} if pic else {})}


def shown(user, dst, message, told, kind=SINGLE):
    return Preview(user, kind, dst, message.id, told)


async def picture(database):
    """A picture that was copied, and that the remembered page shows."""
    row = {"key": KEY, "owner": 0, "ext": "jpg", "thumb_ext": "", "mime": "image/jpeg", "bytes": 9}
    await database.write(media.reserve, row | {"width": 6, "height": 4, "createat": NOW}, media.NO_QUOTA)
    assert await database.write(previews.claim, URL, NOW) == "mine"
    await database.write(previews.learn, URL, preview(pic=True), NOW)


async def use(database):
    row = await database.read(Attachment.get)
    return row.state, row.uses, row.owner


async def test_in_the_row(database, scribe):
    """The message has it at the next version; nothing else of its conversation moves but that and the change
    number."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, f"see {URL}.")
    before = await database.read(Conversation.get)
    done = await scribe.settled(shown(ann, bob, said, preview()))
    after = await database.read(Conversation.get)
    assert done.told == {"preview": preview()} and done.receipt.ver == 2
    assert (after.seq, after.updateat, after.ver) == (before.seq, before.updateat, 2)
    assert after.change > before.change
    assert json.loads((await stored(database, said)).extra) == {"preview": preview()}
    again = await scribe.settled(shown(ann, bob, said, preview()))
    assert (again.told, again.receipt.ver) == (None, 2)


async def test_a_lost_answer(database, scribe, lose_a_commit):  # noqa: F811
    """A COMMIT whose answer was lost is made again, and the preview is there once."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, URL)
    lose_a_commit()
    done = await scribe.settled(shown(ann, bob, said, preview()))
    assert (await stored(database, said)).ver == done.receipt.ver == 2


@pytest.mark.parametrize("text", ["no link", "https://b.example/", f"https://b.example/ {URL}"])
async def test_another_link(database, scribe, text):
    """One that is not that of the first link in the text is not shown: it was edited meanwhile."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, text)
    assert (await scribe.settled(shown(ann, bob, said, preview()))).told is None
    assert (await stored(database, said)).extra is None


async def test_its_picture(database, scribe):
    """A picture is kept as long as something shows it: the page as it is remembered, and each message that
    has it; nobody pays for it."""
    ann, bob = await friends(database)
    await picture(database)
    assert await use(database) == (ATTACHED, 1, 0)
    one, two = await scribe.say(ann, bob, URL), await scribe.say(ann, bob, URL)
    for said in (one, two):
        await scribe.settled(shown(ann, bob, said, preview(pic=True)))
    assert await use(database) == (ATTACHED, 3, 0)
    await scribe.settled(Recall(ann, SINGLE, bob, one.id, -1))
    await scribe.settled(edit(ann, bob, two, f"{URL} again"))
    assert await use(database) == (ATTACHED, 2, 0)
    done = await scribe.settled(edit(ann, bob, two, "no link"))
    assert "preview" not in done.told
    assert await use(database) == (ATTACHED, 1, 0)
    assert await database.write(previews.forget, NOW + 10 * previews.FOUND_MS) == 1
    assert await use(database) == (UNATTACHED, 0, 0)


async def test_a_picture_that_is_gone(database, scribe):
    """One whose picture was collected in this moment is not shown half."""
    ann, bob = await friends(database)
    await picture(database)
    said = await scribe.say(ann, bob, URL)
    await database.write(previews.forget, NOW + 10 * previews.FOUND_MS)
    await database.write(media.claim_unattached, NOW + 1, 1)
    with pytest.raises(NotFound):
        await scribe.settled(shown(ann, bob, said, preview(pic=True)))
    assert (await stored(database, said)).ver == 1


async def test_taken_away(database, scribe):
    """Its author takes it away, and it does not come back with the same link; nobody else can, and no reader
    learns of it."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, URL)
    with pytest.raises(Forbidden):
        await scribe.settled(shown(bob, ann, said, None))
    done = await scribe.settled(shown(ann, bob, said, None))  # before the page has answered
    assert (done.told, done.receipt.ver) == ({}, 2)
    assert (await scribe.settled(shown(ann, bob, said, preview()))).told is None
    await scribe.settled(edit(ann, bob, said, f"{URL} again"))
    assert (await scribe.settled(shown(ann, bob, said, preview()))).told is None
    place = await database.read(Conversation.get)
    [row] = await database.read(these, View(place.id, 0, 0, bob), [1], SINGLE, ann)
    assert not row.preview and row.ver == 3
    await scribe.settled(edit(ann, bob, said, "https://b.example/"))
    told = preview(url="https://b.example/")
    assert (await scribe.settled(shown(ann, bob, said, told))).told == {"preview": told}
    await scribe.settled(Recall(ann, SINGLE, bob, said.id, -1))
    with pytest.raises(Refused):
        await scribe.settled(shown(ann, bob, said, None))


async def test_in_a_group(database, scribe):
    """Who has left meanwhile gets none, and no outsider gives one."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    said = await scribe.say_in(bob, room, URL)
    with pytest.raises(Forbidden):
        await scribe.settled(shown(eve, room, said, preview(), ROOM))
    assert (await scribe.settled(shown(bob, room, said, preview(), ROOM))).told


async def test_edited_beside_it(database, scribe):
    """An edit with the same link keeps it, and says so; the two never mix."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, URL)
    await scribe.settled(shown(ann, bob, said, preview()))
    done = await scribe.settled(Edit(ann, SINGLE, bob, said.id, f"{URL}!", None, -1))
    assert done.told["preview"] == preview()
