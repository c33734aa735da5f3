"""Log-ins by a QR code: a screen shows the code, somebody who is logged in elsewhere scans and approves it,
and the screen that asked for it gets a session. Of a code only the SHA-256 is stored."""

from enum import IntEnum

from database.base import database
from database.dialect import of_database
from models.accounts import lock
from models.sessions import token_hash
from models.tables import MAX_UA, Qr, Session
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.qr import QrScanned

#: Rows that one sweep deletes.
SWEEP = 1000


class State(IntEnum):
    WAITING = 0  #: nobody has scanned it
    SCANNED = 1  #: somebody looks at whose screen it is
    APPROVED = 2  #: the screen may have its session
    DECLINED = 3  #: it may not


def make(code: str, proof: str, ua: str, ip: str, expires: int) -> None:
    """A new code, until `expires` (ms), of a screen that says it is `ua` and is at `ip`. Who asks for the
    session has to show `proof`."""
    Qr.create(
        code_hash=token_hash(code), proof=token_hash(proof), ua=ua[:MAX_UA], ip=ip[:45], expires=expires
    )


def scan(user_id: int, code: str, now: int) -> QrScanned:
    """`user_id` has scanned it: whose screen it is. `Conflict` when somebody else has; the UPDATE decides
    between two at once."""
    mine = Qr.user_id.in_([0, user_id]) & Qr.state.in_([State.WAITING, State.SCANNED])
    scanned = Qr.update(user_id=user_id, state=State.SCANNED).where(*_living(code, now), mine)
    if not scanned.execute():
        _find(code, now)
        raise Conflict("该二维码已被使用", "This code was used already")
    row = _find(code, now)
    return {"ua": row.ua, "ip": row.ip, "expires": row.expires}


def decide(user_id: int, session_id: int, code: str, approve: bool, now: int) -> None:
    """Whoever has scanned it says yes or no, once, in their session `session_id`; `Forbidden` for others."""
    state = State.APPROVED if approve else State.DECLINED
    mine = (Qr.user_id == user_id) & (Qr.state == State.SCANNED)
    if Qr.update(state=state, session_id=session_id).where(*_living(code, now), mine).execute():
        return
    row = _find(code, now)
    if row.user_id == user_id and row.state == state:
        return  # said twice
    raise Forbidden("请先扫描该二维码", "Scan this code first")


def state_of(code: str, proof: str, now: int) -> State:
    """How far it has come, for the screen that shows it."""
    return State(_own(code, proof, now).state)


def take(code: str, proof: str, now: int) -> tuple[int, int]:
    """In the transaction that opens the session: whose it is, and the first of the sessions that it comes
    from. The code is nothing from then on; of two who ask at once the DELETE lets one have it, the other
    meets `NotFound`. So does everybody once the session in which it was approved has ended: who ends
    sessions ends what they have let in."""
    row = _own(code, proof, now)
    lock(row.user_id)  # whoever ends all of a user's sessions has it, too
    approver = Session.select(Session.root).where(
        Session.id == row.session_id, Session.user_id == row.user_id
    )
    root = of_database(database.obj).locked(approver).scalar()
    if root is None:
        raise no_code()
    approved = (Qr.code_hash == row.code_hash) & (Qr.state == State.APPROVED)
    if not Qr.delete().where(approved).execute():
        raise no_code()
    return int(row.user_id), int(root or row.session_id)


def forget_expired(now: int) -> int:
    """Deletes a batch of those whose time is over; how many there were."""
    found = Qr.select(Qr.code_hash).where(Qr.expires <= now).limit(SWEEP).tuples()
    hashes = [code_hash for (code_hash,) in found]
    return int(Qr.delete().where(Qr.code_hash.in_(hashes)).execute()) if hashes else 0


def _living(code: str, now: int) -> tuple[object, ...]:
    return Qr.code_hash == token_hash(code), Qr.expires > now


def _find(code: str, now: int) -> Qr:
    row = Qr.get_or_none(*_living(code, now))
    if row is None:
        raise no_code()
    return row


def _own(code: str, proof: str, now: int) -> Qr:
    """One text for a code that is not there and one of another screen."""
    row = _find(code, now)
    if row.proof != token_hash(proof):
        raise no_code()
    return row


def no_code() -> NotFound:
    return NotFound("二维码已失效，请刷新", "This code is not valid any more")
