"""What one client has seen of each conversation: nothing twice, nothing in the wrong order, nothing
missing."""


class Faults:
    """Counts over all clients of a process. `overlapped` is none: the socket brought what a catch-up had
    brought already."""

    __slots__ = ("doubled", "disordered", "overlapped")

    def __init__(self) -> None:
        self.doubled = self.disordered = self.overlapped = 0


class Sequences:
    """Sequence numbers by conversation. Conversations are named by `place`: a group's id, or a peer's id
    negated. One that was not seen yet begins with 1."""

    __slots__ = ("last", "missing", "fetched")

    def __init__(self) -> None:
        self.last: dict[int, int] = {}
        self.missing: dict[int, set[int]] = {}
        #: fetched by catching up before the socket brought them, or instead of it
        self.fetched: dict[int, set[int]] = {}

    def known(self, place: int) -> int:
        """Up to here nothing is missing."""
        missing = self.missing.get(place)
        return min(missing) - 1 if missing else self.last.get(place, 0)

    def see(self, place: int, first: int, last: int, faults: Faults) -> None:
        """The socket brought the messages `first` … `last`, in that order and without a gap."""
        before = self.last.get(place, 0)
        if first == before + 1:
            self.last[place] = last
            return
        missing, fetched = self.missing.setdefault(place, set()), self.fetched.get(place, ())
        for seq in range(first, last + 1):
            if seq > before:
                missing.update(range(before + 1, seq))
                before = seq
            elif seq in missing:
                missing.discard(seq)
                faults.disordered += 1
            elif seq in fetched:
                faults.overlapped += 1
            else:
                faults.doubled += 1
        self.last[place] = before

    def fetch(self, place: int, seq: int) -> bool:
        """Catching up brought a message; whether it is news."""
        before = self.last.get(place, 0)
        if seq > before:
            self.missing.setdefault(place, set()).update(range(before + 1, seq))
            self.last[place] = seq
        elif seq in self.missing.get(place, ()):
            self.missing[place].discard(seq)
        else:
            return False
        self.fetched.setdefault(place, set()).add(seq)
        return True
