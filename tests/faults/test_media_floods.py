"""Pictures made to keep the server busy, while two friends write to each other."""

import asyncio

from media.pictures import MAX_SCANS
from tests import samples
from tests.faults.bystander import Bystanders
from tests.handlers.http.multipart_body import CONTENT_TYPE, END, file
from tests.process import process

#: Just what a worker still takes: seconds of CPU for some kilobytes.
SLOW = samples.many_scans((6000, 6000), MAX_SCANS)
SMALL = samples.picture("PNG")


async def test_a_worker_for_others(tmp_path):
    """However many slow pictures somebody sends, they are worked on one by one: a friend's picture is ready
    before the first of them."""
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server:
        ann, eve = await server.client().register(), await server.client().register()
        assert (await ann.upload(SMALL))["code"] == 0
        flooding = [asyncio.create_task(eve.upload(SLOW)) for _ in range(4)]
        await asyncio.sleep(0.1)
        assert (await ann.upload(SMALL))["code"] == 0
        assert not any(upload.done() for upload in flooding)
        assert [answer["code"] for answer in await asyncio.gather(*flooding)] == [0] * 4


async def test_pictures_that_take_seconds(tmp_path):
    """While somebody sends, without an account and with one, pictures that take seconds each, the friends
    notice nothing, and a friend's picture is ready long before those are."""
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server, Bystanders(server) as friends:
        eve = await server.client().register()
        nobody = server.client()
        assert (await friends.ann.upload(SMALL))["code"] == 0
        calm = await friends.during(asyncio.sleep(1))
        ends = []

        async def sent(who: str, uploading):
            answer = await uploading
            ends.append(who)
            return answer

        async def flood():
            slow = [sent("eve", eve.upload(SLOW)) for _ in range(2)]
            slow += [
                sent("nobody", nobody.fetch("/attach/upload", file(SLOW) + END, **CONTENT_TYPE))
                for _ in range(2)
            ]
            flooding = [asyncio.create_task(upload) for upload in slow]
            await asyncio.sleep(0.1)
            answers = [await sent("ann", friends.ann.upload(SMALL)) for _ in range(2)]
            await asyncio.gather(*flooding)
            return answers

        flooded = await friends.during(flood())
        flooded.compare(calm)
        assert [answer["code"] for answer in flooded.result] == [0, 0]
        assert len(ends) == 6 and ends.index("ann") < 3
