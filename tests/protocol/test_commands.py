"""Commands: all that a client may say, declared once and read by two doors."""

import importlib
import json
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import protocol
from protocol import commands
from protocol.commands import CALLS, COMMANDS, FRAMES
from protocol.declare import Command
from protocol.errors import BadArgument, Malformed, Refusal
from protocol.limits import MAX_INT, MAX_TEXT_BYTES
from protocol.messages import Cmd, SendMessage
from tests.protocol import said

#: A frame of each cmd that a client may send.
FRAME = {
    Cmd.HEARTBEAT: {},
    Cmd.SINGLE: {"dstid": 2, "media": 1, "content": "hi"},
    Cmd.ROOM: {"dstid": 2, "media": 1, "content": "hi"},
    Cmd.TYPING: {"kind": 10, "dstid": 2},
    Cmd.READ: {"kind": 11, "dstid": 2, "seq": 0},
    Cmd.RECALL: {"id": 7, "kind": 10, "dstid": 2},
    Cmd.EDIT: {"id": 7, "kind": 10, "dstid": 2, "content": "hi"},
    Cmd.REACTION: {"id": 7, "kind": 10, "dstid": 2, "content": "👍", "amount": 1},
    Cmd.PIN: {"id": 7, "kind": 10, "dstid": 2, "amount": -1},
    Cmd.LOOK: {"kind": 10, "dstid": 2, "friends": 1},
}

NAMES = sorted({field.name for frame in FRAMES.values() for field in frame.fields} | {"cmd", "x"})

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.sampled_from([0, 1, 2, 9, 10, 11, 12, 90, 2**31 - 1, 2**31, MAX_INT, MAX_INT + 1])
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["", "a ", "\x00", "\\u0000", "\ud800", "x" * 64, "x" * 65, "鹊" * 6000, "x" * 65536]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    max_leaves=4,
)
frames = st.builds(
    lambda cmd, fields: json.dumps({"cmd": int(cmd), **FRAME[cmd], **fields}),
    st.sampled_from(sorted(FRAME)),
    st.dictionaries(st.sampled_from(NAMES), values, max_size=4),
)


def raw(cmd: int, **fields: object) -> str:
    return json.dumps({"cmd": cmd, **FRAME.get(cmd, {}), **fields})


def test_the_table_is_whole():
    """A command that is declared is one that can be given, and says what it does."""
    for module in pkgutil.iter_modules(protocol.__path__):
        importlib.import_module(f"protocol.{module.name}")
    kinds = [*Command.__subclasses__(), *SendMessage.__subclasses__()]  # which may be sent later
    declared = [kind for kind in kinds if kind.__module__.startswith("protocol.")]
    assert sorted(map(str, COMMANDS)) == sorted(map(str, declared))
    for command in COMMANDS:
        assert command.__doc__.strip().endswith(".")
        assert command.by_call or command.by_frame
    assert len(CALLS) == sum(len(c.by_call.routes) for c in COMMANDS if c.by_call), "a route is taken twice"
    assert set(FRAMES) == set(FRAME)


@pytest.mark.parametrize("cmd", FRAME)
def test_a_frame_of_each_kind(cmd):
    """Each cmd that a client may send is read as it was meant, whatever else stands in the frame."""
    command = said.frame(raw(cmd))
    assert isinstance(command, FRAMES[cmd].command)
    assert {name: getattr(command, name) for name in FRAME[cmd]} == FRAME[cmd]
    for more in ({"x": 1}, {"token": None, "x": [{}]}, {"cid": "c"}, {"x": "\x00\ud800"}):
        again = said.frame(raw(cmd, **more))
        assert {name: getattr(again, name) for name in FRAME[cmd]} == FRAME[cmd]


@pytest.mark.parametrize("cmd", [1, 2, 3, 9, 17, 20, 21, 30, 99, MAX_INT])
def test_unknown_commands(cmd):
    """A cmd that no client may send is refused, and does not count towards closing the socket."""
    with pytest.raises(BadArgument) as refused:
        commands.frame_of(json.dumps({"cmd": cmd}))
    assert (refused.value.msg("zh"), refused.value.msg("en")) == ("未知的 cmd", "Unknown cmd")
    assert not isinstance(refused.value, Malformed)


@pytest.mark.parametrize("cmd", [None, True, "10", 10.0, -1, 2**53, [], {}])
def test_bad_commands(cmd):
    """A cmd that is no number is malformed."""
    with pytest.raises(Malformed):
        commands.frame_of(json.dumps({"cmd": cmd, "dstid": 2, "media": 1, "content": "hi"}))


@pytest.mark.parametrize("cmd", FRAME)
@pytest.mark.parametrize("number", ["NaN", "1e400", "-Infinity", "01", "1.", "9" * 5000, "[" * 5000])
def test_what_msgspec_would_pass_over(cmd, number):
    """Bad JSON is refused also where nobody looks."""
    text = raw(cmd)[:-1] + f', "x": {number}}}'
    with pytest.raises(Malformed):
        commands.frame_of(text).read(text)


def test_null_stands_for_nothing():
    """A page that sends null for what it has not got is understood."""
    fields = {field.name: None for field in SendMessage.by_frame.fields if field.nullable}
    assert said.frame(raw(10, **fields | {"content": "hi"})) == said.frame(raw(10))
    with pytest.raises(Malformed):
        said.frame(raw(18, friends=None))


def test_the_last_of_two_counts():
    """A frame that says something twice means the last, as JSON has it."""
    text = '{"cmd": 5, "cmd": 10, "dstid": "x", "dstid": 2, "media": 1, "content": 5, "content": "hi"}'
    assert said.frame(text) == said.frame(raw(10))


def test_half_a_look():
    """A client looks at a conversation or at none: half of one is malformed."""
    assert said.frame('{"cmd": 18}').kind is None
    for missing in ("kind", "dstid"):
        with pytest.raises(Malformed) as refused:
            said.frame(raw(18, **{missing: None}))
        assert missing in refused.value.msg("en")


@pytest.mark.parametrize("cid", ["c1", "", "\x00", "\ud800", "x" * 100, 5, 0.5, [1], {}, None])
def test_a_read_mark_may_be_named(cid):
    """A client that names its read mark gets the name back with an error; no name does harm."""
    command = said.frame(raw(13, cid=cid))
    assert command.cid == (cid if type(cid) is str else None)


@given(frames)
def test_both_ways_say_the_same(text):
    """What is read quickly is what would be read slowly, and what is refused is refused in the same words."""
    try:
        said.frame(text)
    except Refusal:
        pass


@pytest.mark.parametrize("cmd", FRAME)
def test_frames_have_fields_that_both_ways_know(cmd):
    """What only forms do to a value (strip it, mend it, hold it down) is done to no frame's."""
    for field in FRAMES[cmd].fields:
        assert (field.strip, field.held, field.mends) == (False, MAX_INT, []), field.name
        assert field.bytes in (0, MAX_TEXT_BYTES), f"{field.name}: a short frame could hold too many"


@pytest.mark.parametrize(
    ("text", "cid"),
    [
        ('{"cid": "c1"}', "c1"),
        ('{"cid": 5, "x": {}}', 5),
        ("{}", None),
        ("{", None),
        ("[]", None),
        (b"{}", None),
    ],
)
def test_the_cid_of_a_bad_frame(text, cid):
    """A refusal names the message it is about, if there was a name to be read."""
    assert commands.cid_of(text) == cid
