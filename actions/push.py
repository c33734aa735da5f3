"""Push: which browsers of a user are to be told of messages."""

import asyncio

from actions.services import Services
from models import push
from models.sessions import SessionRow
from outgoing.addresses import Forbidden, target_of
from outgoing.webpush import keys_of
from protocol.clock import now_ms
from protocol.errors import BadArgument
from protocol.push import Key, Subscribe

#: Seconds for which a name is looked up while somebody waits.
_PATIENCE_S = 5.0


def key(app: Services) -> Key:
    """What browsers subscribe with."""
    return {"key": app.pushing.vapid.public}


async def subscribe(app: Services, session: SessionRow, command: Subscribe, lang: str) -> None:
    """This browser is pushed to until the session ends. Raises `BadArgument` for keys that are none, and for
    an address that nobody outside may make this server speak to."""
    try:
        keys_of(command.p256dh, command.auth)
    except ValueError:
        raise BadArgument("推送密钥无效", "These are not the keys of a browser") from None
    try:
        await _check(app, command.endpoint)
    except (Forbidden, OSError):  # which a name is that leads nowhere, and a look-up that takes too long
        raise BadArgument("推送地址无效", "This is not the address of a push gateway") from None
    said = command.endpoint, command.p256dh.rstrip("="), command.auth.rstrip("=")
    await app.db.write(push.subscribe, session.user_id, session.id, *said, lang, now_ms())


async def _check(app: Services, endpoint: str) -> None:
    target = target_of(endpoint)
    addresses = app.pushing.checked
    if target.scheme != "https" and not addresses.is_allowed(target):
        raise Forbidden("not https")
    async with asyncio.timeout(_PATIENCE_S):  # TimeoutError is an OSError
        await addresses.of(target)


async def unsubscribe(app: Services, session: SessionRow, endpoint: str | None) -> None:
    """This one, or all of the session. One that is not there is no error."""
    await app.db.write_always(push.unsubscribe, session.user_id, session.id, endpoint)
