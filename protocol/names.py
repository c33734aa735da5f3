"""Names: short texts by which people know each other, groups and files. What they look like is what they are.

A name has one line, and nothing in it that cannot be seen or that turns what stands beside it: characters
that set the direction of writing, zero-width ones, controls, fillers. They are taken out rather than refused,
because people copy them along without knowing. What belongs to a script or an emoji stays where it does its
work. The characters are listed here and not looked up, because names in messages are part of what tells a
resend from another message: every version of Python has to find the same.
"""

import re
import unicodedata

#: White space of every kind, line breaks too, and the blank of Braille: one plain space for each.
_SPACES = re.compile("[\t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]")

#: Controls (Cc), format characters (Cf) and fillers, as of Unicode 16, but for those that may join.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e001f"
    "\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)

_EMOJI = "\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_VARIANTS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u0f84\u1039\u17d2\u1b44"
_ARABIC = "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f"
_MONGOLIAN = "\u1820-\u18aa"
#: What joins or varies its neighbours, where it does; anywhere else it is merely unseen.
_JOINING = re.compile(
    f"((?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"  # a family of emoji
    f"|(?<=[{_VIRAMAS}])[\u200c\u200d]"  # letters of India
    f"|(?<=[{_ARABIC}])\u200c(?=[{_ARABIC}])"  # Persian
    f"|(?<=[{_MONGOLIAN}])[\u180b-\u180f]"
    f"|(?<=[^ {_VARIANTS}])[{_VARIANTS}]"  # one form of a character
    "|(?<=\U0001f3f4)[\U000e0020-\U000e007e]{2,6}\U000e007f)"  # the flags of England, Scotland, Wales
    f"|[\u200c\u200d\u180b-\u180f{_VARIANTS}\U000e0020-\U000e007f]"
)


def shown(name: str) -> str:
    """The name without what cannot be seen; "" when nothing of it can."""
    if not (name.isascii() and name.isprintable()):
        name = _JOINING.sub(r"\1", _UNSEEN.sub("", _SPACES.sub(" ", name)))
    return name if any(map(_is_seen, name)) else ""


def _is_seen(sign: str) -> bool:
    """Marks stand on other signs; what Unicode does not know yet is perhaps an emoji."""
    return not sign.isspace() and (sign.isascii() or unicodedata.category(sign)[0] != "M")
