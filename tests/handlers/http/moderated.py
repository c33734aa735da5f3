"""A server with a list of words, and an operator on it."""

from models import reviews
from models.tables import Audit
from protocol.messages import Message
from tests.app import App, Client
from tests.handlers.people import make_operator

WORDS = "blocked, block\nmasked, mask\nheld, review\n坏话, mask\n"


def settings(folder, words: str = WORDS) -> dict[str, object]:
    """Of a server with this list; `folder`: where its file is put."""
    path = folder / "words.txt"
    path.write_text(words, encoding="utf-8")
    return {"moderation.words": str(path)}


async def operator(app: App) -> Client:
    """Somebody who decides."""
    client = await app.client().register("Op")
    await make_operator(app, client)
    return client


async def noted(app: App, what: str = "") -> list[str]:
    """What the audit has of this kind, in order."""
    rows = await app.services.db.read(lambda: list(Audit.select().order_by(Audit.id)))
    return [
        f"{row.what} {row.target.rpartition(' ')[2]}"
        for row in rows
        if row.what.startswith(what or ("review", "report"))
    ]


async def held(app: App, author: Client, count: int = 3) -> int:
    """So many notes of the author's wait; the id of the first review, the others follow."""
    note = Message(author.user_id, author.user_id, 10, 1, "held")

    def hold() -> int:
        return min([reviews.hold(note, None, note.digest(), "held", 1).id for _ in range(count)])

    return await app.services.db.write(hold)


async def moderate(app: App, ann: Client, bo: Client, room: dict) -> None:
    """What waits and is decided, what is reported and answered."""
    op, first = await operator(app), await held(app, ann)
    answer = await ann.post_json("/message/send", cmd=11, dstid=room["dstid"], media=1, content="rude")
    assert answer["code"] == 0, answer
    sent = answer["data"]
    for what, fields in (("message", {**room, "id": sent["id"]}), ("user", {"id": ann.user_id})):
        for _ in range(2):
            await bo.post_json("/report/add", what=what, reason="x", **fields)
    await bo.post_json("/report/add", what="community", id=room["dstid"], reason="x")
    for path in ("/ops/review", "/ops/reports", "/ops/words"):
        for fields in ({}, {"after": first, "before": 10**6, "state": "open"}):
            await op.post_json(path, **fields)
    for number, passes in enumerate((0, 1)):
        await op.post_json("/ops/review/answer", id=first + number, **{"pass": passes})
    await ann.post_json("/message/withdraw", review=first + 2)
    for number, what in enumerate(("remove", "keep", "dismiss"), 1):
        await op.post_json("/ops/report/answer", id=number, what=what)
