"""The same call of forwarding, made many times at once: each conversation gets everything once."""

import asyncio

import pytest

from tests.app import running
from tests.handlers.people import friends, group, text


@pytest.mark.parametrize("merge", [0, 1])
async def test_the_same_call_at_once(migrated_url, tmp_path, merge):
    """Whoever repeats a call before the first is answered gets the same answer, also with its lists in
    another order; another call under the same cid is refused, and changes nothing."""
    async with running(tmp_path / "data", {"database.url": migrated_url}) as app:
        ann, bob = await friends(app)
        room = await group(ann, bob)
        said = [await ann.post_json("/message/send", **text(bob, f"zebra {n}")) for n in range(3)]
        ids = [answer["data"]["id"] for answer in said]
        to = [{"kind": 11, "dstid": room}, {"kind": 10, "dstid": ann.user_id}]
        call = {"kind": 10, "dstid": bob.user_id, "merge": merge, "cid": "again"}
        answers = await asyncio.gather(
            *(
                ann.post_json(
                    "/message/forward", ids=ids[:: 1 - n % 2 * 2], to=to[:: 1 - n // 2 % 2 * 2], **call
                )
                for n in range(8)
            )
        )
        assert {answer["code"] for answer in answers} == {0}, answers
        rows = [sorted(answer["rows"], key=lambda row: row["id"]) for answer in answers]
        assert all(one == rows[0] for one in rows) and len(rows[0]) == (2 if merge else 6)
        assert (await ann.post_json("/message/forward", ids=ids[:2], to=to, **call))["code"] == -409
        for one in to:
            history = (await ann.post_json("/message/history", **one))["rows"]
            assert len([row for row in history if row["media"] in (1, 12)]) == (1 if merge else 3)
