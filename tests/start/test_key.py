"""The key of what the database must not tell by itself: made once, closed to others, and the same again."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from actions.seal import Seal
from protocol.errors import Refused
from start import StartError
from start.key import FILE, PUSH_FILE, key_of, push_key_of
from start.settings import load_config


def config_in(folder, **settings):
    return load_config(None, {}, {"server.data": str(folder), **settings})


def test_made_once(tmp_path):
    """The first start makes it, closed to others; every later one finds it."""
    config = config_in(tmp_path / "data")
    key = key_of(config)
    assert len(key) == 32
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600
    assert key_of(config) == key
    assert key_of(config_in(tmp_path / "other")) != key
    assert [path.name for path in (tmp_path / "data").iterdir()] == [FILE]


def test_processes_that_start_at_once(tmp_path):
    """All that share a data directory have one key."""
    config = config_in(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: key_of(config), range(8)))
    assert len(set(made)) == 1


def test_of_the_settings(tmp_path):
    """The settings' text is one key wherever it is, and no file is made."""
    one, two = (key_of(config_in(tmp_path / name, **{"auth.totp_key": "a text"})) for name in "ab")
    assert one == two != key_of(config_in(tmp_path, **{"auth.totp_key": "another"}))
    assert not list(tmp_path.rglob(FILE))


@pytest.mark.parametrize("text", [b"", b"not base64!", base64.b64encode(b"short")])
def test_broken(tmp_path, text):
    """A file that is no key stops the start, and is not replaced: with it all codes would be lost."""
    (tmp_path / FILE).write_bytes(text)
    with pytest.raises(StartError, match="is no key"):
        key_of(config_in(tmp_path))
    assert (tmp_path / FILE).read_bytes() == text


def test_sealed(tmp_path, expect_logs):
    """What is sealed opens with its key and for its user alone, and looks different each time."""
    seal, other = Seal(b"k" * 32), Seal(b"o" * 32)
    stored = seal.close(7, "secret")
    assert "secret" not in stored and stored != seal.close(7, "secret")
    assert seal.open(7, stored) == "secret"
    for broken, user_id in ((seal, 8), (other, 7)):
        with pytest.raises(Refused):
            broken.open(user_id, stored)
    expect_logs("magpie.seal", "sealed with key")


def test_of_pushes(tmp_path):
    """Pushes have a key of their own, made as the other one, or of the settings' text."""
    config = config_in(tmp_path)
    key = push_key_of(config)
    assert key == push_key_of(config) != key_of(config)
    assert stat.S_IMODE((tmp_path / PUSH_FILE).stat().st_mode) == 0o600
    one, two = (push_key_of(config_in(tmp_path / name, **{"push.key": "a text"})) for name in "ab")
    assert one == two != key
