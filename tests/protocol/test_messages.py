"""Messages: what a client may send, and what everybody gets of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from protocol.errors import BadArgument, Forbidden, Malformed
from protocol.messages import ROOM, SINGLE, Message, Receipt
from tests.protocol import said

MAX = 2**53 - 1
#: media -> a message of that kind with what it needs and nothing else
NEEDED = {
    1: {"content": "你好"},
    2: {"content": "标题"},
    3: {"url": "/mnt/a.mp3"},
    4: {"url": "/mnt/a.png"},
    5: {"url": "/packet", "amount": 1},
    6: {"content": "smile"},
    7: {"url": "https://example.com/"},
    8: {"url": "/mnt/a.mp4"},
    9: {"content": "3"},
    10: {"url": "/mnt/a.pdf", "content": "a.pdf"},
    11: {"content": "家", "memo": "31.2,121.5"},
}

ids = st.integers(1, MAX)
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)
cids = texts.filter(lambda text: not text.endswith(" "))
messages = st.fixed_dictionaries(
    {
        "dstid": ids,
        "cmd": st.sampled_from([SINGLE, ROOM]),
        "media": st.integers(0, 2**31 - 1).filter(lambda m: m not in NEEDED and m not in (12, 90)),
    },
    optional={
        "id": st.integers(0, MAX),
        "userid": st.integers(0, MAX),
        "content": texts,
        "pic": texts,
        "url": texts,
        "memo": texts,
        "amount": st.integers(0, MAX),
        "cid": cids,
        "ref": st.integers(0, MAX),
        "at": st.lists(st.integers(0, MAX), max_size=5, unique=True),
    },
)


#: What the log gives a message.
NUMBERS = Receipt(9, 3, 4, 5)


def parse(**fields) -> Message:
    return said.message({"cmd": SINGLE, "dstid": 2, "media": 1, "content": "hi", **fields}, 1)


@pytest.mark.parametrize("media", NEEDED)
def test_a_message_of_each_kind(media):
    """Every kind of media passes with the fields it needs."""
    message = said.message({"cmd": SINGLE, "dstid": 2, "media": media, **NEEDED[media]}, 1)
    assert to_builtins(message.row(NUMBERS)) == {
        "id": 9,
        "userid": 1,
        "dstid": 2,
        "cmd": 10,
        "media": media,
        **NEEDED[media],
        "seq": 3,
        "ver": 4,
        "createat": 5,
    }


@pytest.mark.parametrize(
    ("media", "name"), [(media, name) for media, fields in NEEDED.items() for name in fields]
)
@pytest.mark.parametrize("wrong", ["missing", None, "", 5.5, True, [], {}])
def test_a_missing_or_ill_typed_field(media, name, wrong):
    """A message without a field its kind needs, or with one of a wrong type, is refused with -400."""
    fields = {"cmd": SINGLE, "dstid": 2, "media": media, **NEEDED[media], name: wrong}
    if wrong == "missing":
        del fields[name]
    with pytest.raises(BadArgument) as refused:
        said.message(fields, 1)
    assert refused.value.code == -400


def test_a_sticker_by_name_or_by_url():
    """A sticker is named by its content or by its url; one of them is enough."""
    assert parse(media=6, content="", url="/asset/a.svg").url
    assert parse(media=6, content="a").content
    with pytest.raises(BadArgument):
        parse(media=6, content="", url="")


@pytest.mark.parametrize("amount", [-1, 2**53, 1.0, "1", True, None])
def test_an_amount(amount):
    """Money and seconds are whole numbers from 0 to 2^53-1; a red packet has more than none."""
    with pytest.raises(BadArgument):
        parse(media=5, url="/packet", amount=amount)
    with pytest.raises(BadArgument):
        parse(media=5, url="/packet", amount=0)


@pytest.mark.parametrize("media", [0, 15, 89, 91, 100, 101, 2**31 - 1])
def test_kinds_of_the_future(media):
    """A kind this server does not know is relayed as it is, with whatever fields it has."""
    assert parse(media=media, content="", memo="x").row(NUMBERS).memo == "x"


@pytest.mark.parametrize(("letter", "count"), [("x", 65535), ("é", 32767), ("鹊", 21845), ("👋", 16383)])
def test_the_longest_text(letter, count):
    """A text field has at most 65535 bytes, whatever they spell: what a database would cut is refused."""
    assert len(parse(content=letter * count).content) == count
    with pytest.raises(BadArgument):
        parse(content=letter * (count + 1))


def test_a_notice_from_a_client():
    """Nobody but the server writes notices."""
    with pytest.raises(Forbidden) as refused:
        parse(media=90)
    assert refused.value.code == -403


@pytest.mark.parametrize("name", ["id", "userid", "dstid", "cmd", "media", "ref"])
@pytest.mark.parametrize("value", ["1", 1.0, True, -1, 2**53, [], {}, "x"])
def test_ids_are_integers(name, value):
    """An id that is not an integer is refused, whatever it looks like."""
    with pytest.raises(BadArgument):
        parse(**{name: value})


@pytest.mark.parametrize(
    "fields",
    [
        {"dstid": 0},
        {"dstid": None},
        {"cmd": 0},
        {"cmd": 12},
        {"cmd": None},
        {"media": None},
        {"media": 2**31},
        {"at": 5},
        {"at": "[1]"},
        {"at": {}},
        {"at": [True]},
        {"at": ["1"]},
        {"at": list(range(501))},
        {"cid": 5},
        {"cid": "x" * 65},
        {"cid": "x "},
        {"content": "a\x00"},
        {"memo": "\ud800"},
        {"cid": "\udfff"},
    ],
)
def test_what_else_is_refused(fields):
    """A message with a field that makes no sense is refused."""
    with pytest.raises(BadArgument):
        parse(**fields)


@pytest.mark.parametrize("name", ["content", "pic", "url", "memo", "cid"])
@pytest.mark.parametrize("value", ["\x00", "\ud800"])
def test_what_counts_as_malformed(name, value):
    """NUL and lone surrogates are no client's mistake in content: they count towards closing the socket."""
    with pytest.raises(Malformed):
        parse(**{name: value})


def test_a_rule_of_content_is_not_malformed():
    """A message that only lacks a field does not count towards closing the socket."""
    with pytest.raises(BadArgument) as refused:
        parse(content="")
    assert not isinstance(refused.value, Malformed)


def test_who_sends_is_the_sessions_business():
    """A frame cannot name another sender, and cannot choose its id, seq, ver or time."""
    message = parse(id=9, userid=77, seq=5, ver=6, createat=7)
    assert message == parse() and message.userid == 1


@given(messages)
def test_what_is_sent_is_what_arrives(fields):
    """Receivers get each field as it was sent; empty ones, and nothing else, are left out."""
    message = said.message(fields, 5)
    arrived = json.loads(message.encode(NUMBERS))
    sent = {name: value for name, value in fields.items() if value not in (0, "", [], None)}
    assert arrived == {
        **sent,
        "id": 9,
        "media": fields["media"],
        "userid": 5,
        "seq": 3,
        "ver": 4,
        "createat": 5,
    }


def test_a_message_is_written_as_ever():
    """Classic pages get the fields in their old order, and of a text nothing but quotes, backslashes and
    control characters is escaped."""
    text = '</script> /mnt/a & \u2028\u2029 \x7f 鹊👋 " \\ \t\n\x01\x1f'
    message = parse(content=text, at=[5], ref=6, amount=7, memo="m", url="u", pic="p", cid="c")
    assert message.encode(NUMBERS).decode() == (
        '{"id":9,"userid":1,"dstid":2,"cmd":10,"media":1,'
        '"content":"</script> /mnt/a & \u2028\u2029 \x7f 鹊👋 \\" \\\\ \\t\\n\\u0001\\u001f",'
        '"pic":"p","url":"u","memo":"m","amount":7,"cid":"c","ref":6,"at":[5],"seq":3,"ver":4,"createat":5}'
    )


@given(messages)
def test_a_received_message_can_be_sent_on(fields):
    """The frame a client gets is one it could send: forwarding needs no rewriting."""
    first = said.message(fields, 5)
    again = said.message(json.loads(first.encode(NUMBERS)), 5)
    assert again.row(NUMBERS) == first.row(NUMBERS) and again.digest() == first.digest()


@given(messages, messages)
def test_a_digest_tells_messages_apart(one, other):
    """A resend is recognised; another message under the same cid is too."""
    one, other = said.message(one, 5), said.message(other, 5)
    contents = [
        (m.cmd, m.dstid, m.media, m.content, m.pic, m.url, m.memo, m.amount, m.ref, m.at)
        for m in (one, other)
    ]
    assert (one.digest() == other.digest()) == (contents[0] == contents[1])
    assert -(2**63) <= one.digest() < 2**63


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "id",
                "userid",
                "dstid",
                "cmd",
                "media",
                "content",
                "pic",
                "url",
                "memo",
                "amount",
                "cid",
                "ref",
                "at",
                "x",
            ]
        ),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    )
)
def test_any_object_is_a_message_or_refused(fields):
    """No object of a frame does anything but become a message or be refused with a reason."""
    try:
        message = said.message(fields, 5)
    except (BadArgument, Forbidden) as refused:
        assert refused.msg("zh") and refused.msg("en")
    else:
        message.encode(NUMBERS)
