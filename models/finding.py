"""Who finds whom, by what, and what they see then."""

from typing import NamedTuple

from database.prepared import Prepared
from models import access, blocks, requests
from models.accounts import find_user, login_of, unknown_user
from models.contacts import acquainted, since
from models.restraints import is_deactivated
from models.settings import is_found
from models.tables import USER, Contact, FriendRequest, StoredMessage
from protocol import rows
from protocol.errors import NotFound
from protocol.messages import SINGLE

#: Of a chat, in which somebody has to have written lately to be known by it.
_LATELY = 200


class Found(NamedTuple):
    """A user whom somebody has found. `remark`: what the viewer calls them; `blocked`: the viewer blocks
    them; `deactivated`: they can't log in."""

    row: rows.Profile
    acquainted: bool
    remark: str
    blocked: bool
    deactivated: bool


def found_by_id(viewer_id: int, user_id: int) -> Found:
    """`NotFound` also where strangers do not find them by their number: whom they block is one."""
    found = _found(viewer_id, find_user(user_id))
    if not found.acquainted and not is_found(user_id, "id"):
        raise unknown_user()
    _require_there(found, viewer_id)
    return found


def may_know(viewer_id: int, user_id: int) -> bool:
    """Whether somebody may be shown who a user is whose number alone they have: who finds them by it, and who
    has heard of them, was written to or asked to be a friend."""
    try:
        found_by_id(viewer_id, user_id)
    except NotFound:
        return _has_asked(user_id, viewer_id) or _has_written(user_id, viewer_id)
    return True


def _has_asked(user_id: int, other_id: int) -> bool:
    r = FriendRequest
    theirs = (r.userid == user_id) & (r.dstid == other_id) & (r.state != requests.UNHEARD)
    return r.select(r.id).where(theirs).exists()


def _has_written(user_id: int, other_id: int) -> bool:
    view = access.find(other_id, SINGLE, user_id)
    if view is None:
        return False
    m = StoredMessage
    said = m.select(m.userid).where(m.conversation_id == view.id).order_by(m.seq.desc()).limit(_LATELY)
    return (user_id,) in said.tuples()


def _found(viewer_id: int, row: rows.Profile) -> Found:
    user_id = row["id"]
    blockers = blocks.between(viewer_id, user_id)
    known = user_id not in blockers and acquainted(viewer_id, user_id)
    remark = next((str(text) for (text,) in _remark(viewer_id, user_id, USER)), "")
    return Found(row, known, remark, viewer_id in blockers, is_deactivated(user_id))


def _require_there(found: Found, viewer_id: int) -> None:
    """Nobody finds who is deactivated, but for their friends."""
    if found.deactivated and not since(viewer_id, found.row["id"]):
        raise unknown_user()


_remark = Prepared(
    lambda: Contact.select(Contact.remark).where(
        Contact.ownerid == 0, Contact.dstobj == 0, Contact.cate == USER
    )
)


def found_by_mobile(viewer_id: int, mobile: str) -> Found:
    """The same by mobile. Of that its owner decides for all but friends: who shares a group with somebody is
    not to learn whose number they have."""
    account = login_of(mobile)
    if account is None:
        raise unknown_user()
    user_id = account["id"]
    found = _found(viewer_id, find_user(user_id))
    friends = found.acquainted and since(viewer_id, user_id)
    if user_id != viewer_id and not friends and not is_found(user_id, "mobile"):
        raise unknown_user()
    _require_there(found, viewer_id)
    return found
