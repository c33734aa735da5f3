"""What is kept of sessions beside their rows: use that is written together, and a clock that may be wrong."""

from actions.session_use import SessionUse

DAY_MS = 86_400_000
NOW = 1_700_000_000_000


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Hub:
    """Remembers who was told to go."""

    def __init__(self):
        self.sessions, self.ended = [1, 2], []

    def close_sessions(self, session_ids):
        self.ended += session_ids


class Database:
    """Counts writes."""

    def __init__(self):
        self.written = []

    async def write(self, touch, session_ids, now):
        self.written.append(sorted(session_ids))


async def test_use_is_written_together():
    """A thousand pages that come back at once are a few writes, not a thousand."""
    database = Database()
    use = SessionUse(database, Hub(), Clock())
    for session_id in range(1500):
        use.seen([session_id, session_id])
    await use.flush()
    assert sorted(len(batch) for batch in database.written) == [500, 1000]
    assert use.stats()["sessions_seen"] == 0
    await use.close()


async def test_who_left_is_not_watched():
    """A session whose sockets are gone costs no memory; one that is being opened is not forgotten."""
    clock, hub = Clock(), Hub()
    use = SessionUse(Database(), hub, clock)
    for session_id in (1, 2, 3):
        use.opened(session_id, NOW + 90 * DAY_MS * 1000)
    use.forget_closed()
    assert use.stats()["sessions_watched"] == 3
    clock.now += 100
    use.forget_closed()
    assert use.stats()["sessions_watched"] == 2
    await use.close()
