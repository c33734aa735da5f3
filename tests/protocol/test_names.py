"""Names: what they look like is what they are."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.commands import COMMANDS
from protocol.messages import SendMessage
from protocol.names import shown


@pytest.mark.parametrize(
    "name",
    [
        "小鹊",
        "Ann O'Neil-Smith",
        "👨‍👩‍👧‍👦 一家",
        "🏳️‍🌈",
        "🏴‍☠️ 👩🏽‍🚀 🙂‍↔️ ❤️‍🔥",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "葛\U000e0100城",
        "علی\u200cرضا",
        "ක්\u200dෂ",
        "שָׁלוֹם",
        "é",
        "1️⃣",
        "∞ ★ 😀",
        "a  b",
    ],
)
def test_names_of_all_the_world_stay(name):
    """Whatever people are called, and their emoji, stay as they were written."""
    assert shown(name) == name


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("小明\u202e", "小明"),
        ("发票\u202efdp.exe", "发票fdp.exe"),
        ("\u2067abc\u2069", "abc"),
        ("a\u200b\u2060\ufeff\u00adb", "ab"),
        ("小明\n管理员：", "小明 管理员："),
        ("小明\u2028系统\u2029\x85通知", "小明 系统  通知"),
        ("a\x07\x1b[31m", "a[31m"),
        ("张\u3000三\xa0", "张 三 "),
        ("小\u200d明\u200c", "小明"),
        ("😀\u200d\u200d😀\u200d", "😀😀"),
        ("a\ufe0f\ufe0f\ufe0e", "a\ufe0f"),
        ("a\U000e0067\U000e0062\U000e007f", "a"),
        ("\u061cab\u200e\u200f", "ab"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(name, seen):
    """What turns or hides text, and line breaks, are no part of a name."""
    assert shown(name) == seen


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\u200b\u2060\ufeff", "\u3164", "\u2800\u2800", "\u115f\u1160\uffa0", "\u0301\u0302",
     "\u202e", "\t\n", "\u200d", "\ufe0f", "\u180e", "\u20e3", "\U000e0067\U000e007f", "\xad", "\u3000"],
)  # fmt: skip
def test_a_name_has_a_sign_that_can_be_seen(name):
    """What shows nothing, whatever it is made of, is no name."""
    assert shown(name) == ""


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_once_is_enough(name):
    """What can be seen of a name is its name: looking again changes nothing, and no control is left."""
    seen = shown(name)
    assert shown(seen) == seen
    left = {sign for sign in seen if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp")}
    assert left <= set("\u200c\u200d\u180e") | {chr(tag) for tag in range(0xE0020, 0xE0080)}


def test_no_character_is_forgotten():
    """Every control and format character that this Python knows is taken out where it stands alone."""
    found = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")
        and shown(f"a{chr(code)}b") not in ("ab", "a b")
    ]
    assert found == []


def test_every_name_is_declared_as_one():
    """The fields of commands that people see as names are names, whichever command has them."""
    named = {"nickname", "name", "remark", "alias", "memo"}
    plain = [
        (command.__name__, field.name)
        for command in COMMANDS
        if not issubclass(command, SendMessage)  # what a memo is depends on the media
        for door in (command.by_call, command.by_frame)
        for field in (door.fields if door else ())
        if field.name in named and not field.seen
    ]
    assert plain == []
