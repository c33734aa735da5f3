"""From where an account has been logged in to before, on each database."""

from models import devices
from models.tables import Device
from tests.models.people import NOW, count, newcomer


async def test_known_again(database):
    """An account knows where it was logged in to, and no other account does."""
    ann, bo = await newcomer(database), await newcomer(database)
    phone, office = devices.mark_of("browser", "phone"), devices.mark_of("network", "192.0.2.1")
    await database.write(devices.remember, ann, [phone, office], NOW)
    await database.write(devices.remember, ann, [phone], NOW + 1)
    other = devices.mark_of("network", "192.0.2.2")
    assert await database.read(devices.known_marks, ann, [phone, office, other]) == {phone, office}
    assert await database.read(devices.known_marks, bo, [phone, office]) == frozenset()
    assert await database.read(devices.known_marks, ann, [phone.upper()]) == frozenset()
    assert await count(database, Device) == 2


async def test_only_so_many_are_kept(database, monkeypatch):
    """A new place takes the place of the one longest unseen; others' are not touched."""
    monkeypatch.setattr(devices, "MAX_DEVICES", 3)
    ann, bo = await newcomer(database), await newcomer(database)
    await database.write(devices.remember, bo, ["m0"], NOW - 10)
    for number in range(5):
        await database.write(devices.remember, ann, [f"m{number}"], NOW + number)
    marks = [f"m{number}" for number in range(5)]
    assert await database.read(devices.known_marks, ann, marks) == {"m2", "m3", "m4"}
    assert await database.read(devices.known_marks, bo, marks) == {"m0"}


async def test_forgotten_after_a_year(database):
    """What was not seen for long is deleted, and nothing else."""
    ann, bo = await newcomer(database), await newcomer(database)
    await database.write(devices.remember, ann, ["old"], NOW - 1)
    await database.write(devices.remember, bo, ["old"], NOW)
    assert await database.write(devices.forget_before, NOW) == 1
    assert await database.write(devices.forget_before, NOW) == 0
    assert await database.read(devices.known_marks, bo, ["old"]) == {"old"}
