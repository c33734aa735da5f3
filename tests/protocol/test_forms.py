"""Arguments of HTTP calls: typed, or refused."""

import json
from typing import Annotated, Literal
from urllib.parse import quote_plus, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import NODEFAULT, Meta

from protocol.declare import Access, Call, Command
from protocol.errors import BadArgument
from protocol.fields import STRIP, Also, Field, Held, Id, Limit, Picture, Position, Secret
from protocol.forms import Form
from protocol.limits import MAX_FIELDS

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)

Name = Annotated[str, Meta(max_length=9), STRIP]
Short = Annotated[str, Meta(max_length=8, min_length=1), STRIP]
Sex = Literal["M", "W", "U"]


def both(**fields) -> list[Form]:
    """The same fields as a form and as JSON."""
    return [Form.from_urlencoded(urlencode(fields).encode()), Form.from_json(json.dumps(fields).encode())]


def ask(form: Form, name: str, hint: object, default: object = NODEFAULT) -> object:
    """What a command that declares this one field reads from the form."""
    field = (name, hint) if default is NODEFAULT else (name, hint, default)
    command = msgspec.defstruct("Asked", [field], bases=(Command,), frozen=True)
    return getattr(Call(command, (), Access.PUBLIC, None, None).read(form), name)


@given(st.dictionaries(texts, texts, max_size=6))
def test_both_bodies_mean_the_same(fields):
    """A call means the same as a form and as JSON."""
    form = Form.from_urlencoded(
        "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in fields.items()).encode()
    )
    body = Form.from_json(json.dumps(fields).encode())
    for name in fields:
        if fields[name] and (name or fields[name]):
            assert form.value(name) == body.value(name) == fields[name]


def test_ids():
    """An id is a number, or digits as text, under any of its names."""
    for form in both(dstid=5, ownerid="7"):
        assert ask(form, "dstid", Id) == 5
        assert ask(form, "userid", Annotated[Id, Also("ownerid")]) == 7
        assert ask(form, "other", Id | None, None) is None
        with pytest.raises(BadArgument):
            ask(form, "other", Id)


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "1e3", "x", "7 or 1=1", str(2**53), "１", " 1"])
def test_bad_ids(value):
    """Anything but a decimal integer from 1 to 2^53-1 is refused as an id."""
    for form in both(id=value):
        with pytest.raises(BadArgument):
            ask(form, "id", Id)


@pytest.mark.parametrize("value", ["true", "1.0", "[1]", "{}", "[]", '{"a":1}'])
def test_bad_ids_in_json(value):
    """JSON's other types are no ids either."""
    with pytest.raises(BadArgument):
        ask(Form.from_json(b'{"id": %s}' % value.encode()), "id", Id)


def test_a_repeated_id():
    """A call that names two users at once is refused: which one was meant?"""
    for form in (Form.from_urlencoded(b"userid=1&userid=1"), Form.from_json(b'{"userid": 1, "userid": 2}')):
        for hint in (Annotated[Id, Also("ownerid")], Secret, Position):
            with pytest.raises(BadArgument):
                ask(form, "userid", hint)


def test_integers():
    """A number has bounds, and a default when it may be missing."""
    for form in both(limit="20", empty=""):
        assert ask(form, "limit", Position, 50) == 20
        assert ask(form, "other", Position, 50) == ask(form, "empty", Position, 50) == 50
        for bounds in (Meta(ge=21), Meta(le=19)):
            with pytest.raises(BadArgument):
                ask(form, "limit", Annotated[int, bounds])
        with pytest.raises(BadArgument):
            ask(form, "other", Position)


def test_limits():
    """More rows than a list has are as many as it has."""
    for form in both(limit=20, none=0):
        assert ask(form, "limit", Annotated[Limit, Held(10)]) == 10
        assert ask(form, "limit", Annotated[Limit, Held(30)]) == 20
        with pytest.raises(BadArgument):
            ask(form, "none", Annotated[Limit, Held(30)], 5)


def test_texts():
    """Texts come without the white space around them, and never longer than they may be."""
    for form in both(name="  喜鹊 ", long="x" * 9, blank=" "):
        assert ask(form, "name", Name) == "喜鹊"
        assert ask(form, "nothing", Annotated[Name, Also("name")]) == "喜鹊"
        assert ask(form, "blank", Name, "d") == ask(form, "nothing", Name, "d") == "d"
        for name in ("long", "blank", "nothing"):
            with pytest.raises(BadArgument):
                ask(form, name, Short)


@pytest.mark.parametrize("body", [b"a=%00", b"a=%ff", b"a=%ed%a0%80"])
def test_bytes_that_are_no_text(body):
    """NUL and bytes that are not UTF-8 are refused."""
    with pytest.raises(BadArgument):
        ask(Form.from_urlencoded(body), "a", Name)


@pytest.mark.parametrize("body", [b"\xff", b"[]", b"1", b"", b"{", b'{"a": NaN}', b'{"a": 1e999}', b"null"])
def test_json_that_is_no_call(body):
    """A JSON body that is not an object is refused."""
    with pytest.raises(BadArgument):
        Form.from_json(body)


def test_secrets():
    """A password is taken as it is, spaces included."""
    for form in both(passwd="  a b ", empty=""):
        assert ask(form, "passwd", Secret) == "  a b "
        with pytest.raises(BadArgument):
            ask(form, "empty", Secret)


def test_pictures():
    """An avatar is one of our files or an https address, never a script."""
    for url in ("/mnt/a.png", "/asset/images/avatar0.png", "https://example.com/a.png", ""):
        assert ask(Form({"pic": url}), "pic", Picture) == url
    for url in (
        "javascript:alert(1)",
        "http://a/b",
        "//a/b",
        "/mnt/../x",
        "/mnt/a b",
        '/mnt/"',
        "data:image/png;,",
        "/x",
    ):
        with pytest.raises(BadArgument):
            ask(Form({"pic": url}), "pic", Picture)


def test_choices():
    """A field with a few values takes no other."""
    for form in both(sex="M", other="X"):
        assert ask(form, "sex", Sex, "U") == "M"
        assert ask(form, "none", Sex, "U") == "U"
        with pytest.raises(BadArgument):
            ask(form, "other", Sex, "U")


def test_too_many_fields():
    """A body of a hundred thousand fields costs nothing."""
    for body in (b"&".join(b"a%d=1" % i for i in range(MAX_FIELDS + 1)), b"a=1&" * 100_000):
        with pytest.raises(BadArgument):
            Form.from_urlencoded(body)


def test_plus_is_a_space():
    """`+` reads as forms have it, and `%2B` is a plus."""
    assert Form.from_urlencoded(b"a=1+1%2B1").value("a") == "1 1+1"


@given(st.binary(max_size=60), st.sampled_from([Form.from_urlencoded, Form.from_json]))
def test_any_body_is_fields_or_refused(body, read):
    """No body does anything but be read or be refused."""
    try:
        form = read(body)
    except BadArgument:
        return
    for hint in (Id, Name, Secret):
        try:
            ask(form, "a", hint)
        except BadArgument:
            pass


def test_a_choice_may_be_negative():
    """A form can take a thing back, which is said by -1; other numbers have no sign."""
    field = Field("amount", Literal[1, -1])
    for said, read in (("-1", -1), ("1", 1)):
        name, value = field.found(Form({"amount": said}))
        assert field.checked(value, name) == read
    with pytest.raises(BadArgument):
        field.checked(field.found(Form({"amount": "-2"}))[1])
