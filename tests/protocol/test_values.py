"""Single values of the wire: what passes can be stored in every database, what cannot is refused."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import values
from protocol.errors import BadArgument, Malformed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

NOT_JSON = [
    "",
    " ",
    "{",
    "}",
    "nul",
    "{'a': 1}",
    "{a: 1}",
    '{"a": 1}x',
    '{"a": 1,}',
    '{"a": [1,]}',
    '{"a" 1}',
    "\ufeff{}",
    '{"a": NaN}',
    '{"a": Infinity}',
    '{"a": -Infinity}',
    '{"a": 1e400}',
    '{"a": -1e400}',
    '{"a": 01}',
    '{"a": -}',
    '{"a": 1.}',
    '{"a": .5}',
    '{"a": +1}',
    '{"a": 0x10}',
    '{"a": "\t"}',
    '{"a": "\x00"}',
    '{"a": "\\x41"}',
    '{"a": "\\u12"}',
    '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"a": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("raw", NOT_JSON, ids=lambda raw: raw[:20])
def test_what_is_not_json(raw):
    """A frame that is not JSON to the letter is refused, not guessed at."""
    with pytest.raises(Malformed):
        values.parse_json(raw)
    with pytest.raises(Malformed):
        values.parse_json_pairs(raw)


@pytest.mark.parametrize("raw", ["[]", "[1]", '"text"', "1", "null", "true"])
def test_a_frame_is_an_object(raw):
    """A list, a text or a number alone is no frame."""
    with pytest.raises(Malformed):
        values.parse_json(raw)


def test_constants_inside_a_text():
    """People may write NaN and Infinity to each other."""
    assert values.parse_json('{"content": "NaN, Infinity and 1e400"}') == {
        "content": "NaN, Infinity and 1e400"
    }


@given(st.dictionaries(st.text(), JSON, max_size=5), st.booleans())
def test_any_object_is_read_as_it_was_meant(fields, ascii_only):
    """Whatever a client's JSON library writes is read back the same."""
    raw = json.dumps(fields, ensure_ascii=ascii_only)
    assert values.parse_json(raw) == json.loads(raw)


@given(st.text())
def test_any_text_is_an_object_or_refused(raw):
    """No text of a frame does anything but be read or be refused."""
    try:
        assert type(values.parse_json(raw)) is dict
    except Malformed:
        pass


def test_repeated_fields_are_seen():
    """A field given twice in a JSON body is noticed, as in a form."""
    assert values.parse_json_pairs('{"a": 1, "a": 2}') == [("a", 1), ("a", 2)]


@pytest.mark.parametrize(
    "value", [True, False, None, 1.0, 0.5, "1", "", [], {}, math.nan, math.inf, -1, 2**53, 2**64]
)
def test_not_an_integer(value):
    """true, 1.0, "1" and numbers JavaScript cannot keep are no ids."""
    with pytest.raises(Malformed):
        values.integer(value, "id")


@pytest.mark.parametrize("value", [0, 1, 2**31, 2**53 - 1])
def test_an_integer(value):
    """All integers up to 2^53-1 are kept exactly."""
    assert values.integer(value, "id") == value


@given(st.text(max_size=20))
def test_digits(text):
    """Decimal digits are a number in a form; anything else stays text and is refused where a number is
    meant."""
    value = values.digits(text)
    if type(value) is int:
        assert text.isascii() and text.isdigit() and value == int(text)
    else:
        assert value == text


@pytest.mark.parametrize(
    "value", ["1 or 1=1", "1.5", "-1", "+1", "１２", "1_000", " 1", "1\n", "0x1", "9" * 17]
)
def test_not_digits(value):
    """Numbers that only Python would read as one are refused."""
    assert values.digits(value) == value


@pytest.mark.parametrize("value", [None, 5, 1.5, True, ["a"], {"a": 1}, b"bytes", "12345"])
def test_not_a_text(value):
    """A field that is no string, or a longer one than allowed, is a bad argument."""
    with pytest.raises(BadArgument):
        values.text(value, "memo", 4)


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800", "a\udfff", "\udc00\ud800"])
def test_a_text_no_database_takes(value):
    """NUL and lone surrogates are refused before any database chokes on them."""
    with pytest.raises(Malformed):
        values.text(value, "memo", 100)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=50))
def test_every_other_text(value):
    """Every text of real characters passes unchanged and can be encoded."""
    assert values.text(value, "memo", 50) == value
    assert value.encode("utf-8").decode("utf-8") == value
