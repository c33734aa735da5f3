"""What an HTML page says of itself: runs in a worker (`media.worker`), never in the server.

Of a page only the first bytes are there, and whoever wrote it may wish the reader ill. So there is no tree:
one walk over the text, which looks at nothing twice, for the few tags of a head that are wanted.
"""

import codecs
import re
from collections.abc import Iterator
from html import unescape

#: Characters of one text; the caller cuts what it shows.
MOST = 2000

#: Where the page itself says what its letters are; that stands at its beginning.
_META = re.compile(
    rb"<meta[^>]{0,400}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE
)
_META_BYTES = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: What a browser takes these for.
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs", "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "utf8": "utf-8",
}  # fmt: skip
#: Python knows more codecs than the web does, and some of them unpack.
_WEB = re.compile(
    r"utf-8|utf-16-[lb]e|gb18030|big5hkscs|cp932|cp949|euc-jp|iso-2022-jp|cp125[0-8]|windows-125[0-8]|cp874"
    r"|iso-8859-\d{1,2}|koi8-[ru]|macintosh"
)
#: When nothing says it and it is no UTF-8: an old page of China as a rule.
_ELSE = "gb18030"

#: For each of what is told, the names under which pages say it, the best first.
_NAMES = {
    "title": ("og:title", "twitter:title", "title"),
    "desc": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "pic": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
}
_WANTED = {name for names in _NAMES.values() for name in names}


_TAG = re.compile(r"<([a-z][^\s/>]{0,30}+)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>=]++|=)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+""", re.IGNORECASE
)
#: In these nothing is a tag but their end.
_PLAIN = {
    name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE)
    for name in ("title", "script", "style", "textarea", "noscript", "template", "svg")
}


def read(page: bytes, charset: str) -> dict[str, str]:
    """`title`, `desc`, `site` and `pic` (the address of a picture) of a page, as far as it says them;
    `charset`: what came with it."""
    said: dict[str, str] = {}
    for name, text in _told(_text(page, charset)):
        if text := unescape(text[:MOST]).strip():
            said.setdefault(name, text)
    found = {told: next(filter(None, map(said.get, names)), "") for told, names in _NAMES.items()}
    return {told: text for told, text in found.items() if text}


def _text(page: bytes, charset: str) -> str:
    for mark, name in _MARKS:
        if page.startswith(mark):
            return page[len(mark) :].decode(name, "replace")
    named = _META.search(page[:_META_BYTES])
    for given in (charset, named[1].decode() if named else ""):
        name = given.strip(" \"'").lower()
        name = _MEANT.get(name, name)
        if given and name.startswith("utf-16") and given is not charset:
            name = "utf-8"  # it could not have been read there
        if _WEB.fullmatch(name):
            return page.decode(name, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(page)  # the last letter may be cut
    except UnicodeDecodeError:
        return page.decode(_ELSE, "replace")


def _told(text: str) -> Iterator[tuple[str, str]]:
    """The names that are wanted and what stands under them, as it is written, up to the body."""
    place, any_told = 0, False
    while (place := text.find("<", place)) >= 0:
        if text.startswith("<!--", place):
            place = text.find("-->", place + 4)
            if place < 0:
                return
            continue
        tag = _TAG.match(text, place)
        if tag is None:
            place += 1
            continue
        name, place = tag[1].lower(), tag.end()
        if name == "meta":
            given, place = _attributes(text, place)
            called = (
                (given.get("property") or given.get("name") or given.get("itemprop") or "").strip().lower()
            )
            if called in _WANTED and called != "title":
                any_told = True
                yield called, given.get("content", "")
        elif name in _PLAIN:
            begin = text.find(">", place) + 1
            end = _PLAIN[name].search(text, begin)
            if name == "title" and begin:
                any_told = True
                yield "title", text[begin : end.start() if end else begin + MOST]
            if not begin or end is None:
                return
            place = end.end()
        elif name == "body" and any_told:
            return


def _attributes(text: str, place: int) -> tuple[dict[str, str], int]:
    """Those of a tag, the first of each name, and where they end."""
    given: dict[str, str] = {}
    while (found := _ATTRIBUTE.match(text, place)) is not None:
        value = found[2] or found[3] or found[4] or ""
        given.setdefault(found[1].lower(), value[:MOST])
        place = found.end()
    return given, place
