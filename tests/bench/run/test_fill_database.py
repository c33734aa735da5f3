"""The data that a load test puts into a data directory, as the server that runs on it sees it."""

from pathlib import Path

import pytest

from bench.clients.calls import CallFailed, Calls
from bench.run.dataset import DataPlan, Dataset, read_users
from bench.run.fill_database import fill_database
from bench.run.server import Checkout, ServerFailed
from tests.process import Process, process

PLAN = DataPlan(5, groups=[[0, 1, 2], [0, 3]], pairs=[(3, 0), (1, 4)])


def filled(data: Path) -> Dataset:
    return fill_database(Checkout(), data, PLAN)


def calls_to(server: Process) -> Calls:
    return Calls("127.0.0.1", int(server.url.rpartition(":")[2]))


async def ids(server: Process, path: str, dataset: Dataset) -> list[list[int]]:
    """What the server answers to each user: the ids of its rows."""
    async with calls_to(server) as calls:
        answers = [await calls.post(path, *user) for user in dataset.users]
    return [sorted(row["id"] for row in answer["rows"]) for answer in answers]


async def test_friends_and_groups(tmp_path):
    """Users can use the server at once with their tokens; friends and groups are on everybody's list."""
    dataset = filled(tmp_path)
    users, (first, second) = [user.user_id for user in dataset.users], dataset.group_ids
    async with process(tmp_path) as server:
        assert await ids(server, "/contact/friend", dataset) == [
            [users[3]],
            [users[4]],
            [],
            [users[0]],
            [users[1]],
        ]
        assert await ids(server, "/contact/community", dataset) == [
            [first, second],
            [first],
            [first],
            [second],
            [],
        ]


async def test_who_may_write_where(tmp_path):
    """Friends and members may write as if people had made them so; others may not."""
    dataset = filled(tmp_path)
    users, (first, second) = dataset.users, dataset.group_ids
    async with process(tmp_path) as server, calls_to(server) as calls:

        async def may_write(user: int, cmd: int, dst_id: int) -> bool:
            message = {
                "cmd": cmd,
                "dstid": dst_id,
                "media": 1,
                "content": "x",
                "cid": f"{user}-{cmd}-{dst_id}",
            }
            try:
                await calls.post("/message/send", *users[user], **message)
            except CallFailed:
                return False
            return True

        assert await may_write(0, 10, users[3].user_id) and await may_write(3, 10, users[0].user_id)
        assert not await may_write(0, 10, users[1].user_id)
        assert await may_write(2, 11, first) and await may_write(3, 11, second)
        assert not await may_write(4, 11, second)


async def test_a_second_dataset_beside_the_first(tmp_path):
    """A data directory that is used again keeps what it has."""
    first, second = filled(tmp_path), filled(tmp_path)
    assert not {user.user_id for user in first.users} & {user.user_id for user in second.users}
    async with process(tmp_path) as server:
        for dataset in (first, second):
            groups = await ids(server, "/contact/community", dataset)
            assert groups[0] == dataset.group_ids


def test_something_else_is_not_filled(tmp_path):
    """A file in the place of the database is named, and left as it is."""
    text = "not a database, but long enough to be taken for the header of one, " * 9
    (tmp_path / "magpie.db").write_text(text)
    with pytest.raises(ValueError, match="not a database"):
        filled(tmp_path)
    assert (tmp_path / "magpie.db").read_text() == text


def test_a_server_that_makes_no_tables(tmp_path):
    """When a checkout's server cannot make its tables, its own words say why."""
    (tmp_path / "server.py").write_text("raise SystemExit('this is no server')")
    with pytest.raises(ServerFailed, match="this is no server"):
        fill_database(Checkout(root=tmp_path), tmp_path / "data", PLAN)


def test_users_are_written_down(tmp_path):
    """Tokens go to a file for other load tools, and come back the same."""
    dataset = filled(tmp_path)
    dataset.write_users(tmp_path / "users.tsv")
    assert read_users(tmp_path / "users.tsv") == dataset.users and len(dataset.users) == 5


def test_a_broken_list_of_users_is_named(tmp_path):
    """A line that is no userid and token stops the run with its number."""
    (tmp_path / "users.tsv").write_text("1\tabc\nnobody\n")
    with pytest.raises(ValueError, match="users.tsv:2"):
        read_users(tmp_path / "users.tsv")
