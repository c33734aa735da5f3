"""After a run: is what was acknowledged in the log?"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping

from bench.clients.calls import Calls
from bench.clients.lines import Acked
from bench.clients.wire import GROUP
from bench.report.result import Lookup

_PAGE = 200  #: messages of one call


async def check_log(calls: Calls, tokens: Mapping[int, str], acked: list[Acked], most: int) -> Lookup:
    """Looks acknowledged messages up by /message/history.

    Conversations are taken at random until `most` messages are checked, of a long one the newest. Returns
    `acked`, `checked`, `missing` (not there under the acknowledged number, or with another cid) and `gaps`
    (numbers left out).
    """
    conversations: dict[tuple[int, ...], list[Acked]] = defaultdict(list)
    for message in acked:
        to_group = message.kind == GROUP
        conversations[
            (message.dst_id,) if to_group else tuple(sorted((message.user_id, message.dst_id)))
        ].append(message)
    found = Lookup(acked=len(acked), checked=0, missing=0, gaps=0)
    jobs, left = [], most
    for messages in random.sample(list(conversations.values()), len(conversations)):
        some = sorted(messages, key=lambda message: message.seq)[-left:] if left > 0 else []
        left -= len(some)
        if some:
            jobs.append(_check(calls, tokens, some, found))
    await asyncio.gather(*jobs)
    return found


async def _check(calls: Calls, tokens: Mapping[int, str], messages: list[Acked], found: Lookup) -> None:
    """Adds what became of `messages`, all of one conversation, to `found`."""
    reader, kind, dst_id = messages[0].user_id, messages[0].kind, messages[0].dst_id
    wanted = {message.seq: message.cid for message in messages}
    stored: dict[int, str] = {}
    after, last = min(wanted) - 1, max(wanted)
    first = after + 1
    while after < last:
        answer = await calls.post(
            "/message/history", reader, tokens[reader], kind=kind, dstid=dst_id, after=after, limit=_PAGE
        )
        rows = answer["rows"]
        if not rows:
            break
        stored.update((row["seq"], row.get("cid", "")) for row in rows)
        after = rows[-1]["seq"]
    found["checked"] += len(wanted)
    found["missing"] += sum(stored.get(seq) != cid for seq, cid in wanted.items())
    found["gaps"] += sum(seq not in stored for seq in range(first, last + 1))
