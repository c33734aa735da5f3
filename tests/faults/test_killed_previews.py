"""kill -9 while links are looked at: a preview may be missing, nothing is there twice, and no picture is kept
for nothing or lost."""

import json
import random
import signal
import sqlite3
from contextlib import closing

from protocol.media import keys_in
from tests import samples
from tests.handlers.people import friends
from tests.process import process
from tests.website import answer, html, website

LIVES, LINKS = 2, 12


def counted(data) -> tuple[int, list[int], list[int]]:
    """How many messages have a preview; for each picture how often it is shown, and how often it is said to
    be."""
    with closing(sqlite3.connect(data / "magpie.db")) as rows:
        extras = [json.loads(text) for (text,) in rows.execute("SELECT extra FROM message WHERE extra > ''")]
        told = [json.loads(text) for (text,) in rows.execute("SELECT told FROM preview WHERE told > ''")]
        uses = dict(rows.execute("SELECT key, uses FROM attachment WHERE state IN (0, 1)"))
    found = [extra["preview"] for extra in extras if "preview" in extra]
    shown = [key for preview in [*found, *told] for key in keys_in(preview["pic"])]
    assert uses.keys() >= set(shown)
    return len(found), [shown.count(key) for key in uses], [*uses.values()]


async def test_killed_among_links(tmp_path):
    """Two lives of a server, each of which ends in the middle of it."""
    dice = random.Random()
    async with website() as site:
        picture = answer(samples.picture("JPEG", (300, 200)), "image/jpeg")
        site.pages = {
            f"/{n}": html(f"<title>{n}</title><meta name=twitter:image content=p>") for n in range(99)
        }
        site.pages["/p"] = picture
        env = {"MAGPIE_PREVIEWS_ALLOW": site.place, "MAGPIE_LIMITS_ENABLED": "false"}
        ann = None
        for life in range(LIVES):
            async with process(tmp_path, **env) as server:
                if ann is None:
                    ann, bob = await friends(server)
                    mobile = ann.mobile
                else:
                    ann = await server.client().login(mobile)
                async with ann.socket() as socket:
                    for number in range(LINKS):
                        path = f"{site.url}/{life * LINKS + number}"
                        await ann.post_json("/message/send", cmd=10, dstid=bob.user_id, media=1, content=path)
                    for _ in range(dice.randrange(LINKS)):
                        await socket.receive(29)
                    await server.stop(signal.SIGKILL)
        async with process(tmp_path, **env) as server:
            ann = await server.client().login(mobile)
            rows = (await ann.post("/message/changes", kind=10, dstid=bob.user_id, ver=0))["rows"]
            assert len(rows) == LIVES * LINKS
            vers = [row["ver"] for row in rows]
            assert len(set(vers)) == len(vers)
            for row in rows:
                assert row.get("preview", {"url": row["content"]})["url"] == row["content"]
            assert await server.stop() == 0
        count, shown, said = counted(tmp_path)
        assert count == sum("preview" in row for row in rows)
        assert shown == said
