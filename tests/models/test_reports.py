"""Reports when many come and are answered at once, on all databases."""

from models import contacts, reports
from models.tables import Audit, Report, User
from protocol.errors import Conflict
from protocol.reports import DISMISSED, KEPT, OPEN
from tests.models.people import NOW, all_at_once, newcomers


async def test_many_at_once(busy):
    """Of each reporter there is one open report about the same; of those who answer one, one does."""
    ann, bob, cy = await newcomers(busy, 3)
    await busy.write(contacts.befriend, ann, bob, NOW)
    add = [
        (reports.add, who, "user", ann, 0, 0, "rude", False, 10**9, NOW)
        for who in (bob, cy)
        for _ in range(5)
    ]
    assert set(await all_at_once(*(busy.write(*call) for call in add))) == {None}
    rows = await busy.read(lambda: list(Report.select().order_by(Report.id)))
    assert sorted(row.user_id for row in rows) == [bob, cy]
    answer = [
        (reports.answer, op, row.id, state, state == KEPT, "", NOW)
        for row in rows
        for op, state in ((1, KEPT), (2, DISMISSED))
    ]
    results = await all_at_once(*(busy.write(*call) for call in answer))
    done = [one for result in results if isinstance(result, list) for one in result]
    assert all(isinstance(result, (list, Conflict)) for result in results), results
    assert sorted(done) == sorted((row.id, row.user_id) for row in rows)
    notes = await busy.read(lambda: Audit.select().count())
    states = await busy.read(lambda: [row.state for row in Report.select()])
    assert notes == 2 and OPEN not in states
    await busy.write(reports.add, bob, "user", ann, 0, 0, "again", False, 10**9, NOW)
    assert await busy.read(lambda: Report.select().where(Report.state == OPEN).count()) == 1
    assert await busy.read(User.select().count) == 3
