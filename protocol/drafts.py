"""Drafts: texts that are not sent yet, the same on all devices of who writes them."""

from typing import NotRequired, TypedDict

from protocol.declare import Access, Command, call
from protocol.fields import Id, Number, Position
from protocol.messages import At, Kind, Text


class Draft(TypedDict):
    """What somebody has begun to write in a conversation, as they mean it. `rev`: greater than that of any
    draft of theirs before. Without a `content` there is none any more."""

    kind: int
    dstid: int
    content: NotRequired[str]
    at: NotRequired[list[int]]
    ref: NotRequired[int]
    rev: int
    updateat: int


class Drafts(TypedDict):
    """Whether the list goes on, and where it stands: what `after` may be next time."""

    more: int
    rev: int


@call("/draft/set", access=Access.USER, data=Draft)
class SetDraft(Command, frozen=True):
    """One draft for each conversation; an empty `content` without a `ref` takes it away. `rev`: of the draft
    that this one goes on from, 0 for none: what another device has written meanwhile is not written over."""

    kind: Kind
    dstid: Id
    content: Text = ""
    at: At | None = None
    ref: Number | None = None
    rev: Position | None = None


@call("/draft/list", access=Access.USER, row=Draft, data=Drafts)
class ListDrafts(Command, frozen=True):
    """The caller's drafts, ascending by rev; `after`: those that changed since that rev, and which are gone
    among them."""

    after: Position | None = None
