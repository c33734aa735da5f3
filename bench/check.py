"""After a run: is what was acknowledged in the log?"""

import asyncio
import random
from collections import defaultdict

from bench.calls import Calls
from protocol.messages import ROOM

_PAGE = 200  #: messages of one call


async def check_log(calls: Calls, tokens: dict[int, str], acked: list[list], most: int) -> dict[str, int]:
    """Looks up acknowledged messages (sender, kind, dstid, seq, cid) by /message/history.

    Conversations are taken at random until `most` messages are checked, of a long one the newest. Returns
    `acked`, `checked`, `missing` (not there under the acknowledged number, or with another cid) and `gaps`
    (numbers left out).
    """
    conversations: dict[tuple, list[list]] = defaultdict(list)
    for message in acked:
        sender, kind, dst_id = message[:3]
        conversations[(dst_id,) if kind == ROOM else tuple(sorted((sender, dst_id)))].append(message)
    found = {"acked": len(acked), "checked": 0, "missing": 0, "gaps": 0}
    jobs, left = [], most
    for messages in random.sample(list(conversations.values()), len(conversations)):
        some = sorted(messages, key=lambda message: message[3])[-left:] if left > 0 else []
        left -= len(some)
        if some:
            jobs.append(_check(calls, tokens, some, found))
    await asyncio.gather(*jobs)
    return found


async def _check(calls: Calls, tokens: dict[int, str], messages: list[list], found: dict[str, int]) -> None:
    reader, kind, dst_id = messages[0][:3]
    wanted = {seq: cid for *_, seq, cid in messages}
    stored: dict[int, str] = {}
    after, last = min(wanted) - 1, max(wanted)
    first = after + 1
    while after < last:
        rows = (
            await calls.post(
                "/message/history", reader, tokens[reader], kind=kind, dstid=dst_id, after=after, limit=_PAGE
            )
        )["rows"]
        if not rows:
            break
        stored.update((row["seq"], row.get("cid", "")) for row in rows)
        after = rows[-1]["seq"]
    found["checked"] += len(wanted)
    found["missing"] += sum(stored.get(seq) != cid for seq, cid in wanted.items())
    found["gaps"] += sum(seq not in stored for seq in range(first, last + 1))
