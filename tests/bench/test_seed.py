"""The world that a load test puts into a data directory."""

import pytest

from bench.seed import seed
from bench.world import Shape, read_users
from database.door import Database
from models.accounts import find_user
from models.contacts import friends_of
from models.groups import communities_of
from models.sessions import find_sessions
from protocol.messages import ROOM, SINGLE
from tests.models.people import is_member, room_members

SHAPE = Shape(5, groups=[[0, 1, 2], [0, 3]], pairs=[(3, 0), (1, 4)])
DAY = 86400 * 1000


@pytest.fixture
def database(tmp_path):
    """Opens the database in the data directory again, after it was filled."""
    opened = []

    def reopen() -> Database:
        opened.append(Database(f"sqlite:///{tmp_path / 'magpie.db'}", workers=1))
        return opened[-1]

    yield reopen
    for db in opened:
        db.drop_connection()


def test_tokens_are_sessions(tmp_path, database):
    """Each seeded user can connect at once with the token that was written down for them."""
    world = seed(tmp_path, SHAPE)
    world.write_users(tmp_path / "users.tsv")
    assert read_users(tmp_path / "users.tsv") == world.users
    assert len(world.users) == 5
    with database().reading():
        for user_id, token in world.users:
            created = find_user(user_id)["createat"]
            assert [found.user_id for found in find_sessions([token], created + 1, DAY)] == [user_id]


def test_friends_and_groups(tmp_path, database):
    """Seeded friends and groups are on both lists and may write, as if people had made them."""
    world = seed(tmp_path, SHAPE)
    ids = [user_id for user_id, _ in world.users]
    with database().reading():
        assert [[row["id"] for row in friends_of(user_id)] for user_id in ids] == [
            [ids[3]],
            [ids[4]],
            [],
            [ids[0]],
            [ids[1]],
        ]
        assert is_member(ids[0], SINGLE, ids[3]) and is_member(ids[3], SINGLE, ids[0])
        assert not is_member(ids[0], SINGLE, ids[1])
        assert sorted(room_members(world.rooms[0])) == ids[:3]
        assert [row["id"] for row in communities_of(ids[0])] == world.rooms
        assert is_member(ids[3], ROOM, world.rooms[1]) and not is_member(ids[4], ROOM, world.rooms[1])


def test_a_second_world_beside_the_first(tmp_path, database):
    """A data directory that is used again keeps what it has."""
    first, second = seed(tmp_path, SHAPE), seed(tmp_path, SHAPE)
    assert not {user_id for user_id, _ in first.users} & {user_id for user_id, _ in second.users}
    with database().reading():
        assert len(room_members(first.rooms[0])) == len(room_members(second.rooms[0])) == 3


def test_something_else_is_not_filled(tmp_path):
    """A file in the place of the database is named, and left as it is."""
    (tmp_path / "magpie.db").write_text(
        "not a database, but long enough to be taken for the header of one, " * 9
    )
    with pytest.raises(ValueError, match="not a database"):
        seed(tmp_path, SHAPE)


def test_a_broken_list_of_users_is_named(tmp_path):
    """A line that is no userid and token stops the run with its number."""
    (tmp_path / "users.tsv").write_text("1\tabc\nnobody\n")
    with pytest.raises(ValueError, match="users.tsv:2"):
        read_users(tmp_path / "users.tsv")
