"""Media: a file on its way in, and where a text names one that was stored.

An upload's key is the month and 128 random bits, `2026/11/<22 letters>`, so it is recognised wherever it
stands: in an address of ours however it is written, in one of the bucket or a CDN, in a sentence, in JSON.
"""

import re
from urllib.parse import quote

from protocol.declare import Access, Command, call
from protocol.errors import NotFound, TooLarge
from protocol.fields import Flag
from protocol.limits import MAX_FILE_NAME, MAX_SHOWN
from protocol.names import shown

#: Where media is served. Messages hold `/mnt/…` addresses only: signed ones would die in history.
PREFIX = "/mnt/"
KEY_LENGTH = len("2026/11/") + 22

#: A slash, as it stands in an address, in JSON, in a query of another address (and in one of that), in HTML.
#: Browsers take a backslash for one, and servers several for one.
_SLASH = r"(?:\\[ux](?:00)?2[Ff]|[/\\]|%(?:25){0,3}2[Ff]|&(?:#0{0,5}47|#[xX]0{0,5}2[Ff]|sol);){1,8}"
#: Begins with what a search finds fast, and takes no more than that in, so that nothing in front of a key can
#: swallow its beginning. Bounded, because it reads what strangers write.
_KEY = re.compile(rf"20(?<![0-9]20)([0-9]{{2}})(?={_SLASH}(0[1-9]|1[0-2]){_SLASH}([A-Za-z0-9_-]{{22}}))")
_NAME = re.compile(r"[0-9]{4}/(0[1-9]|1[0-2])/[A-Za-z0-9_-]{22,64}\.[a-z0-9]{1,5}")


def is_name(text: str) -> bool:
    """Whether `text` has the exact form of a stored file's name, `<key>.<ext>` or a thumbnail's.

    A name becomes part of a path and of a URL, so everything else is refused at the edge rather than escaped
    there: no dots but the last, no second slash, nothing to decode.
    """
    return _NAME.fullmatch(text) is not None


def file_name(key: str, ext: str) -> str:
    """Under which the original of an upload is stored."""
    return f"{key}.{ext}"


def thumb_name(key: str, ext: str) -> str:
    """Under which its thumbnail is stored."""
    return f"{key}_s.{ext}"


def missing() -> NotFound:
    """No file has this name."""
    return NotFound("文件不存在", "No such file")


@call(
    "/attach/upload",
    access=Access.OPTIONAL,
    limit="upload",
    anonymous_limit="anonymous_upload",
    file="file",
    data=str,
)
class Upload(Command, frozen=True):
    """One file; its content decides what it is, but with `raw`, when it is stored bit for bit and only ever
    saved. Before log-in it is a picture: an avatar is chosen before the account exists."""

    raw: Flag = 0


class Gone(NotFound):
    """A file of ours that is named is not kept any more. `data.gone` has the keys; who still has the file
    uploads it again."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(
            "文件已过期，请重新上传", "The file is no longer kept, upload it again", {"gone": keys}
        )


def keys_in(*texts: str) -> tuple[str, ...]:
    """The keys of uploads that these addresses and texts name, each once. What has the form of a key need not
    be one: the rows know. `TooLarge` for more than `MAX_SHOWN`."""
    found: dict[str, None] = {}
    for text in texts:
        if "20" not in text:  # nearly all have none: a search for two letters is cheaper than any other
            continue
        for year, month, key in _KEY.findall(text):
            found[f"20{year}/{month}/{key}"] = None
    if len(found) > MAX_SHOWN:
        raise TooLarge(f"一条消息最多引用 {MAX_SHOWN} 个文件", f"A message shows {MAX_SHOWN} files at most")
    return tuple(found)


def disposition(inline: bool, name: str = "") -> str:
    """The header Content-Disposition: whether a browser may show a file, and the `name` it is saved under, as
    RFC 6266 has it. What could lie about the name or end the header is left out."""
    kind = "inline" if inline else "attachment"
    name = re.split(r"[/\\]", shown(name))[-1].strip(" .")
    if len(name) > MAX_FILE_NAME:
        stem, dot, ending = name.rpartition(".")
        name = name[:MAX_FILE_NAME] if not dot else stem[: MAX_FILE_NAME - len(ending) - 1] + dot + ending
    if not name:
        return kind
    plain = re.sub(r'[^ -~]|["%\\]', "_", name)
    if plain == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"
