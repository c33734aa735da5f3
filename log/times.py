"""Which time a message gets: that of the clock, but later than what was said before it."""

#: Stored times that are further ahead of the clock (ms) came from a clock that was wrong, and are not
#: followed: one such minute would date all messages wrongly until its time has come.
MOST_AHEAD_MS = 86_400_000


def following(now: int, *earlier: int, born: int = 0) -> int:
    """`now` (ms), or the moment after the latest of `earlier` while the clock is behind it by a day at most.
    `born`: when the database was made; a clock that is before that is wrong, and every stored time is
    followed."""
    followed = (time + 1 for time in earlier if time - now <= MOST_AHEAD_MS or now < born)
    return max([now, *followed])
