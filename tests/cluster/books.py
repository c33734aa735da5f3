"""What was sent, acknowledged and seen during one fault, and what that comes to."""

import time
from dataclasses import dataclass, field

#: Seconds after its ack from which a message counts as learnt late.
LATE_S = 1.0

#: A conversation: (10, user, user), the lower one first, or (11, group, 0).
Talk = tuple[int, int, int]


def talk_of(kind: int, one: int, other: int) -> Talk:
    return (11, one, 0) if kind == 11 else (10, min(one, other), max(one, other))


@dataclass(slots=True)
class Sent:
    """A message of this round: when it was first sent, by whom, where, and its ack if it came."""

    at: float
    userid: int
    talk: Talk
    id: int = 0
    seq: int = 0
    acked_at: float = 0.0


@dataclass
class Books:
    """One round. Times are monotonic seconds. `pushed`: (device, message id) of all that a socket brought
    first."""

    sent: dict[str, Sent] = field(default_factory=dict)
    pushed: set[tuple[int, int]] = field(default_factory=set)
    known_at: dict[tuple[int, int], float] = field(default_factory=dict)
    doubled: int = 0
    disordered: int = 0
    gaps: int = 0
    refused: int = 0
    welcomed_again: int = 0
    not_ready: int = 0

    @property
    def acked(self) -> dict[str, Sent]:
        return {cid: sent for cid, sent in self.sent.items() if sent.id}


@dataclass(frozen=True)
class Result:
    """What is told of a fault. `expected`: pushes, if everybody had got everything by their sockets;
    `unknown`: messages that a device neither got nor was told to fetch; `told`: devices that were told to
    catch up; `recovery_s`: from the end of the fault until nobody learnt anything late any more."""

    name: str
    sent: int
    acked: int
    delivered: int
    expected: int
    lost: int
    doubled: int
    disordered: int
    gaps: int
    unknown: int
    refused: int
    told: int
    not_ready: int
    recovery_s: float
    longest_ack_s: float

    def __str__(self) -> str:
        return (
            f"{self.name}: acked {self.acked} of {self.sent}, delivered {self.delivered} of {self.expected}, "
            f"lost {self.lost}, doubled {self.doubled}, out of order {self.disordered}, gaps {self.gaps}, "
            f"never learnt {self.unknown}, refused {self.refused}, told to catch up {self.told}, "
            f"recovery {self.recovery_s:.1f} s, longest ack {self.longest_ack_s:.1f} s"
        )

    @property
    def harm(self) -> dict[str, int]:
        """What must not be, whatever happens; empty when all is well."""
        found = {
            "not acked": self.sent - self.acked,
            "lost": self.lost,
            "doubled": self.doubled,
            "out of order": self.disordered,
            "never learnt": self.unknown,
        }
        return {what: number for what, number in found.items() if number}


def add_up(
    name: str,
    books: Books,
    stored: dict[Talk, list[dict]],
    readers: dict[Talk, list[int]],
    knows: dict[int, dict[Talk, dict[int, int]]],
    ended_at: float,
) -> Result:
    """`stored`: all rows of each conversation, as somebody reads them who was never there before. `readers`:
    the devices of its members; `knows`: by device, the ids it knows by their seq."""
    by_cid: dict[str, list[dict]] = {}
    for rows in stored.values():
        for row in rows:
            if "cid" in row:
                by_cid.setdefault(row["cid"], []).append(row)
    acked = books.acked
    lost = sum(sent.id not in {row["id"] for row in by_cid.get(cid, ())} for cid, sent in acked.items())
    twice = sum(len(rows) > 1 for rows in by_cid.values())
    unknown = sum(
        knows[device].get(talk, {}).get(row["seq"]) != row["id"]
        for talk, rows in stored.items()
        for row in rows
        for device in readers[talk]
    )
    late = [
        known
        for sent in acked.values()
        for device in readers[sent.talk]
        if (known := books.known_at.get((device, sent.id), 0.0)) - sent.acked_at > LATE_S
    ]
    delivered = sum(
        (device, sent.id) in books.pushed for sent in acked.values() for device in readers[sent.talk]
    )
    return Result(
        name=name,
        sent=len(books.sent),
        acked=len(acked),
        delivered=delivered,
        expected=sum(len(readers[sent.talk]) - 1 for sent in acked.values()),
        lost=lost,
        doubled=books.doubled + twice,
        disordered=books.disordered,
        gaps=books.gaps,
        unknown=unknown,
        refused=books.refused,
        told=books.welcomed_again,
        not_ready=books.not_ready,
        recovery_s=max([0.0, *(known - ended_at for known in late)]),
        longest_ack_s=max([0.0, *(sent.acked_at - sent.at for sent in acked.values())]),
    )


def now() -> float:
    return time.monotonic()
