"""Forwarding: from a checked command to the log, one conversation after the other."""

import secrets
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from actions import delivery
from actions.messages import count_copies
from actions.words import is_address
from log.entries import Forward as Entry
from log.entries.forward import Copy
from models import favorites, forwards, records
from models.accounts import nicknames_of
from models.forwards import Source
from protocol.clock import now_ms
from protocol.errors import Conflict, Refusal, SlowDown, TryAgain
from protocol.forwards import Forward, Forwarded, Record, Target, preview, title
from protocol.messages import Media, Receipt, digest_of

if TYPE_CHECKING:
    from actions.services import Services

#: Bytes of text in one entry of the log, about, so that it fits into the sender's share of the queue; the
#: first copy always does.
_TOGETHER_BYTES = 1 << 20
#: Of the time in front of a cid: so those that are made together stand together.
_TIME_DIGITS = 11
#: A record is made a moment before what shows it: after so long (ms) nothing will.
_UNUSED_MS = 3_600_000
#: Records deleted in one transaction.
_ROUND = 20


async def forward(app: "Services", user_id: int, command: Forward, lang: str) -> list[Forwarded]:
    """A row for each message that was sent, and one for each conversation that got none. Raises what speaks
    against the whole call, which may have been done in part then: the same call again does the rest."""
    call = _Call(command)
    found = await _sources(app, user_id, command, call.ids)
    known = await app.db.read(forwards.stored, user_id, call.all_cids()) if command.cid else set()
    if command.merge and found and len(known) < len(call.targets):
        _refuse_blocked(app, found)
        found = await _merge(app, user_id, command, found, lang, len(call.targets) - len(known))
    elif command.merge:
        found = []
    else:
        new = [source for to in call.targets for source in found if call.copy_cid(to, source.id) not in known]
        _refuse_blocked(app, new)
        count_copies(app, user_id, sum(source.text_bytes for source in new), len(new))
    told: list[Forwarded] = []
    for target in call.targets:
        told += await _into(app, user_id, call, target, found, lang)
    record = found[0].record if command.merge and found else None
    if record is not None and any("code" in row for row in told):  # perhaps nobody got it
        await app.db.write(records.forget, record)
    return told


async def inside(app: "Services", user_id: int, command: Record) -> tuple[list[msgspec.Raw], bool]:
    """The rows in a chat record, and whether there are more. Raises as `models.forwards.record`."""
    path, after = command.within or (), command.after
    if command.favorite:
        return await app.db.read(favorites.record, user_id, command.favorite, path, after)
    assert command.kind and command.dstid and command.id
    which = (command.kind, command.dstid, command.id, path, after)
    return await app.db.read(forwards.record, user_id, *which, app.config.contacts.strangers)


async def collect_unused(app: "Services") -> int:
    """Deletes the records that nothing shows; how many."""
    count = 0
    while True:
        before = now_ms() - _UNUSED_MS
        count += (some := await app.db.write(records.collect, before, _ROUND))
        if some < _ROUND:
            return count


class _Call:
    """What a call means, however its lists were written; a cid is made for one that has none."""

    def __init__(self, command: Forward) -> None:
        self.ids = [command.favorite] if command.favorite else sorted(set(command.ids or ()))
        self.targets = list(dict.fromkeys(command.to))
        self.cid = command.cid or f"{now_ms():0{_TIME_DIGITS}x}{secrets.token_hex(20)}"
        self._merge = command.merge
        place = (command.kind, command.dstid) if not command.favorite else ("favorite",)
        said = (*place, command.merge, *self.ids)
        to = [f"{target.kind} {target.dstid}" for target in self.targets]
        self.digest = digest_of(("forward", " ".join(map(str, said)), *sorted(to)))

    def copy_cid(self, target: Target, message_id: int) -> str:
        """Of the copy of a message, 0 for a record, that goes there: the same for the same call."""
        said = f"{self.cid}\0{target.kind} {target.dstid} {message_id}".encode()
        return self.cid[:_TIME_DIGITS] + blake2b(said, digest_size=20).hexdigest()

    def cids(self, target: Target) -> list[str]:
        """Of all that can go there."""
        return [self.copy_cid(target, message_id) for message_id in ((0,) if self._merge else self.ids)]

    def all_cids(self) -> list[str]:
        return [cid for target in self.targets for cid in self.cids(target)]


async def _sources(app: "Services", user_id: int, command: Forward, ids: Sequence[int]) -> list[Source]:
    if command.favorite:
        return await app.db.read(favorites.sources, user_id, command.favorite)
    assert command.kind and command.dstid
    strangers = app.config.contacts.strangers
    return await app.db.read(forwards.sources, user_id, command.kind, command.dstid, ids, strangers)


def _refuse_blocked(app: "Services", sources: Sequence[Source]) -> None:
    """What stands in a conversation was masked or passed when it was said; a word that is blocked by now is
    no way around the list."""
    for source in {source.id: source for source in sources}.values():
        texts = [source.content, source.memo, "" if is_address(source.url) else source.url]
        for text in texts:
            if app.words.blocks(text):
                raise app.words.refusal()


async def _merge(
    app: "Services", user_id: int, command: Forward, found: Sequence[Source], lang: str, times: int
) -> list[Source]:
    """All of them as one, a record, that is to be sent so many times; none when all is gone."""
    count_copies(app, user_id, sum(source.text_bytes for source in found), times)
    assert command.kind and command.dstid
    people = forwards.people_of(user_id, command.kind, command.dstid)
    authors = {source.userid for source in found}
    names = await app.db.read(nicknames_of, sorted(authors.union(people)))
    kept = [(source.recorded(names.get(source.userid, "")), source.record) for source in found]
    now = now_ms()
    record, rows = await app.db.write(records.make, user_id, kept, app.config.uploads.quota_bytes, now)
    content = title([names.get(person, "") for person in people], lang)
    memo = preview(rows, lang)
    return [Source(0, 0, Media.RECORD, content, "", "", memo, len(rows), now, 0, record)] if rows else []


async def _into(
    app: "Services", user_id: int, call: _Call, target: Target, found: Sequence[Source], lang: str
) -> list[Forwarded]:
    """What becomes of a call in one of its conversations."""
    kind, dstid = target.kind, target.dstid
    copies: list[Copy] = [
        (source.copy(user_id, kind, dstid, call.copy_cid(target, source.id)), source.record)
        for source in found
    ]
    receipts: dict[str, Receipt] = {}
    gone = set(call.cids(target)).difference(copy.cid or "" for copy, _ in copies)
    told: list[Forwarded] = []
    try:
        for some in _parts(copies):
            entry = Entry(user_id, kind, dstid, call.cid, call.digest, some, sorted(gone))
            await delivery.commit(app.log, entry)
            receipts |= entry.receipts
    except (Conflict, SlowDown, TryAgain):
        raise
    except Refusal as refusal:
        told.append({"kind": kind, "dstid": dstid, "code": refusal.code, "msg": refusal.msg(lang)})
    sent = sorted(receipts.items(), key=lambda one: one[1].seq)
    acks: list[Forwarded] = [
        {
            "cid": cid,
            "id": receipt.id,
            "seq": receipt.seq,
            "ver": receipt.ver,
            "createat": receipt.createat,
            "kind": kind,
            "dstid": dstid,
        }
        for cid, receipt in sent
    ]
    return acks + told


def _parts(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    """So many at once as fit into the log's queue; one part, if an empty one, at least."""
    part: list[Copy] = []
    size = 0
    for message, record in copies:
        size += message.text_bytes
        if part and size > _TOGETHER_BYTES:
            yield part
            part, size = [], message.text_bytes
        part.append((message, record))
    yield part
