"""A device as a client would write it: what it is told by events, and by calls for what it missed."""

from collections import defaultdict
from copy import deepcopy

from tests.app import Client, Socket

#: Of a recalled message nothing else is left.
_LEFT = {"id", "userid", "dstid", "cmd", "media", "cid", "seq", "ver", "createat"}

_OWN = ("pinned", "muted", "archived", "marked", "cleared")

Place = tuple[int, int]  # kind and dstid, as its user means them


class Device:
    """`rows`: the messages of each conversation by seq; `read`, `peer_read`: the marks; `own`: how its user
    has arranged it; `hidden`: the seqs that they have hidden, or cleared."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.rows: dict[Place, dict[int, dict]] = defaultdict(dict)
        self.ver: dict[Place, int] = defaultdict(int)
        self.read: dict[Place, int] = defaultdict(int)
        self.peer_read: dict[Place, int] = defaultdict(int)
        self.own: dict[Place, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_OWN, 0))
        self._hidden: dict[Place, int] = defaultdict(int)  # the list's counter
        self._change: int | None = None
        self._socket: Socket | None = None
        self._cids = 0
        self._behind: dict[Place, int] = {}  # and up to which version
        self._doubts = False  # somebody's receipts came or went, or one's own group

    @property
    def online(self) -> bool:
        return self._socket is not None

    async def come(self) -> None:
        """Connects, and asks for what has changed since it was here."""
        self._socket = await self.client.socket().open()
        await self.ask()

    def go(self) -> None:
        self._socket.close()
        self._socket = None

    async def ask(self) -> None:
        """The list, and the changes of each conversation that moved."""
        more = 1
        while more:
            after = {} if self._change is None else {"after": self._change}
            answer = await self.client.post("/message/conversations", **after)
            for row in answer["rows"]:
                place = row["kind"], row["dstid"]
                if row["left"]:
                    self._forget(place)
                    continue
                self.read[place], self.peer_read[place] = row["read"], row["peer_read"]
                self.own[place] = {name: row[name] for name in _OWN}
                if row["hidden"] != self._hidden[place]:
                    self._hidden[place] = row["hidden"]
                    await self._ask_hidden(place)
                self._clear(place)
                if row["ver"] > self.ver[place]:
                    await self._catch_up(place, row["ver"])
            self._change = answer["data"]["change"]
            more = answer["data"].get("more")

    async def do(self, **frame: object) -> dict:
        """Says a frame and takes in all that comes until it is answered; the answer."""
        self._cids += 1
        frame["cid"] = cid = f"{self._cids}-{id(self)}"
        await self._socket.send(frame)
        while (told := await self._socket.receive()).get("cid") != cid or told["cmd"] > 2:
            self._hear(told)
        if told["cmd"] == 1 and frame["cmd"] in (10, 11):
            self._message(
                {
                    **frame,
                    "userid": self.client.user_id,
                    **{k: told[k] for k in ("id", "seq", "ver", "createat")},
                }
            )
        elif told["cmd"] == 1:
            self._behind[told["kind"], told["dstid"]] = told[
                "ver"
            ]  # the ack does not tell what became of the row
        await self._mend()
        return told

    async def settle(self) -> None:
        """Takes in all that was said before now."""
        await self._socket.send({"cmd": 0})
        while (told := await self._socket.receive())["cmd"] != 0:
            self._hear(told)
        await self._mend()

    def knows(self) -> dict[Place, dict]:
        """Each conversation as this device would show it."""
        return {place: self._shown(place) for place, rows in self.rows.items() if rows}

    def _shown(self, place: Place) -> dict:
        rows, me = self.rows[place], self.client.user_id
        after = [row for seq, row in rows.items() if seq > self.read[place] and row["userid"] != me]
        named = [row for row in after if {0, me} & set(row.get("at", ()))]
        unread = [row for row in after if "recalled" not in row and (row["media"] != 90 or row in named)]
        return {
            "rows": rows,
            **self.own[place],
            "ver": self.ver[place],
            "read": self.read[place],
            "peer_read": self.read[place] if place == (10, me) else self.peer_read[place],
            "unread": 0 if place == (10, me) else len(unread),
            "mentions": len(named),
            "last": rows[max(rows)],
            # Where only notices are left it is the server's to say.
            "updateat": max(
                (row["createat"] for row in rows.values() if row["media"] != 90 or row["seq"] == 1),
                default=None,
            ),
        }

    # --- what it hears ------------------------------------------------------------------------------------

    def _hear(self, told: dict) -> None:
        cmd = told["cmd"]
        if cmd in (10, 11):
            self._message(told)
        elif cmd in (14, 15, 16, 19, 29):
            self._changed(told)
        elif cmd == 21 and self.client.user_id in told["who"]:
            self._doubts = True
        elif cmd == 22 and told.get("left"):
            self._forget((told["kind"], told["dstid"]))
        elif cmd == 22:
            place = told["kind"], told["dstid"]
            self.own[place] |= {name: told[name] for name in _OWN if name in told}
            for seq, row in list(self.rows[place].items()):
                if row["id"] in told.get("hidden", ()):
                    del self.rows[place][seq]
            self._clear(place)
        elif cmd == 20:
            self._doubts = True
        elif cmd == 13:
            marks = self.read if told["userid"] == self.client.user_id else self.peer_read
            place = self._place(told["kind"], told["userid"], told["dstid"])
            marks[place] = max(marks[place], told["seq"])

    def _forget(self, place: Place) -> None:
        """Nothing of a group that they have left can be read."""
        self.rows.pop(place, None)
        self._behind.pop(place, None)
        self.ver[place] = self._hidden[place] = 0

    def _clear(self, place: Place) -> None:
        for seq in [seq for seq in self.rows[place] if seq <= self.own[place]["cleared"]]:
            del self.rows[place][seq]

    async def _ask_hidden(self, place: Place) -> None:
        answer = await self.client.post("/message/hidden", kind=place[0], dstid=place[1])
        for part in answer["rows"]:
            for seq in range(part["low"], part["high"] + 1):
                self.rows[place].pop(seq, None)

    def _place(self, kind: int, userid: int, dstid: int) -> Place:
        return kind, dstid if kind == 11 or userid == self.client.user_id else userid

    def _next(self, place: Place, ver: int) -> bool:
        """Whether this is the next version of a conversation; what is between is asked for."""
        known = self.ver[place]
        if ver == known + 1:
            self.ver[place] = ver
            return True
        if ver > known:
            self._behind[place] = max(ver, self._behind.get(place, 0))
        return False

    def _message(self, told: dict) -> None:
        place = self._place(told["cmd"], told["userid"], told["dstid"])
        if self._next(place, told["ver"]):
            self.rows[place][told["seq"]] = {k: v for k, v in told.items() if v not in ("", None, [])}

    def _changed(self, told: dict) -> None:
        place = self._place(told["kind"], told["userid"], told["dstid"])
        if not self._next(place, told["ver"]):
            return
        row = self.rows[place].get(told["seq"])
        if row is None:  # hidden here
            return
        cmd = told["cmd"]
        if cmd == 14:
            for name in row.keys() - _LEFT:
                del row[name]
            row |= {"recalled": 1, **({"by": told["by"]} if "by" in told else {})}
        elif cmd == 15:
            row.pop("at", None)
            row.pop("preview", None)
            row |= {name: told[name] for name in ("content", "at", "edited", "preview") if name in told}
        elif cmd == 29:
            row.pop("preview", None)
            row |= {"preview": told["preview"]} if "preview" in told else {}
        elif cmd == 16:
            row.pop("reactions", None)
            if "reactions" in told:
                row["reactions"] = told["reactions"]
            if told["userid"] == self.client.user_id:
                mine = [emoji for emoji in row.pop("mine", []) if emoji != told["content"]]
                if told["amount"] > 0:
                    mine.append(told["content"])
                if mine:
                    row["mine"] = mine
        elif told["amount"] > 0:
            row["pinned"] = told["userid"]
        else:
            row.pop("pinned", None)
        row["ver"] = told["ver"]

    async def _mend(self) -> None:
        if self._doubts:
            self._doubts = False
            await self.ask()
        while self._behind:
            await self._catch_up(*self._behind.popitem())

    async def _catch_up(self, place: Place, ver: int) -> None:
        """What has changed up to this version; of what is hidden there is nothing to be told."""
        more = 1
        while more:
            answer = await self.client.post(
                "/message/changes", kind=place[0], dstid=place[1], ver=self.ver[place], limit=7
            )
            if answer["code"] == -403:  # they have left, and will hear it
                return
            for row in answer["rows"]:
                self.rows[place][row["seq"]] = deepcopy(row)
                self.ver[place] = max(self.ver[place], row["ver"])
            more = answer["data"]["more"]
        self.ver[place] = max(self.ver[place], ver)
