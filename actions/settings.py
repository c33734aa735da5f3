"""Settings: what a user decides about being seen, asked and found."""

from actions import delivery
from actions.services import Services
from log.entries import Decide
from models import contacts, settings
from protocol import rows
from protocol.errors import TryAgain


async def change(app: Services, user_id: int, wanted: rows.SomeSettings) -> rows.Settings:
    """Sets those of `wanted`; all of them. What hides somebody is so in every process when this returns here,
    and a moment later elsewhere."""
    installed = app.config.contacts.approval
    if not wanted:
        return await app.db.read(settings.settings_of, user_id, installed)
    # Before the write: after it nothing may fail.
    peers = await app.db.read(contacts.peers_of, user_id) if "read" in wanted else ()
    entry = Decide(user_id, wanted, peers, installed)
    try:
        await delivery.commit(app.log, entry)
    except TryAgain:  # nobody knows whether it is stored
        app.hub.recovery.doubt()
        raise
    assert entry.stands is not None
    return entry.stands


async def read_again(app: Services) -> None:
    """Who hides, from the database: others may have switched unheard. Raises `TryAgain` when it is away."""
    while True:
        mark = app.privacy.mark
        if app.privacy.read(await app.db.read(settings.hiding, app.privacy.blocks_at), mark):
            return
