"""Previews: what the page behind a link says of itself, shown with the message that has the link."""

import re
from typing import Literal

from protocol.changes import ChangeAck
from protocol.declare import Access, Command, call
from protocol.fields import Id
from protocol.messages import Kind
from protocol.numbers import Media

#: Letters of scripts that put no space between words: in an address only where a part of it begins with them.
_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_ADDRESS = re.compile(
    rf"https?://(?:[!#-;=?-\[\]_a-z~]|(?<=[/=#&\-_+@%.{_UNSPACED}])[{_UNSPACED}])+", re.IGNORECASE
)
#: Longer ones are no addresses that anybody follows.
_LONGEST = 2048
_CLOSES = {")": "(", "]": "["}
#: Marks of the sentence around an address, not of its end.
_SENTENCE = ".,;:!?'*~([_"


def address_in(media: int, content: str, url: str) -> str:
    """The first address of the web in a message: where a link leads, or in its text. "" for none."""
    if media == Media.LINK:
        return url.strip() if _ADDRESS.fullmatch(url.strip()) and len(url) <= _LONGEST else ""
    if media != Media.TEXT or "://" not in content:
        return ""
    found = _ADDRESS.search(content)
    address = _trimmed(found[0]) if found else ""
    return address if address.partition("://")[2] and len(address) <= _LONGEST else ""


def _trimmed(address: str) -> str:
    """Without what closes something that was opened in front of it, and the end of a sentence."""
    opened: list[str] = []
    for place, sign in enumerate(address):
        if sign in _CLOSES.values():
            opened.append(sign)
        elif sign in _CLOSES and (not opened or opened.pop() != _CLOSES[sign]):
            address = address[:place]
            break
    return address.rstrip(_SENTENCE)


@call("/message/preview", access=Access.USER, limit="message", data=ChangeAck)
class RemovePreview(Command, frozen=True):
    """Takes the preview of the caller's own message away; none comes again while the message has this
    link."""

    kind: Kind
    dstid: Id
    id: Id
    on: Literal[0]
