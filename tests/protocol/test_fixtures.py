"""The fixtures that the page's tests read, too: both sides mean the same bytes."""

import json
from pathlib import Path

import pytest
from msgspec import UNSET, convert, to_builtins

from protocol import envelope, frames, rows, values
from protocol.errors import Forbidden, NotLoggedIn, Refusal, SlowDown
from protocol.forwards import Forwarded
from protocol.messages import ROOM, SINGLE, Cmd, Message, Receipt, SendMessage
from tests.protocol import said

FOLDER = Path(__file__).parent.parent / "fixtures" / "wire"


def fixture(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def names(pattern: str) -> list[str]:
    return sorted(path.stem for path in FOLDER.glob(f"{pattern}.json"))


def receipt_of(row: dict) -> Receipt:
    """What the log would have given the message of this row."""
    return Receipt(row["id"], row["seq"], row["ver"], row["createat"])


def of(row: dict) -> Message:
    """A message made by the server itself."""
    return Message(row["userid"], row["dstid"], row["cmd"], row["media"], row["content"])


MESSAGES = [name for name in names("message-*") if "stored" in fixture(name)]


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name):
    """What the page sends is taken, and what receivers get is what the page expects."""
    case = fixture(name)
    row = case["stored"]
    message = said.message(case["sent"], row["userid"]) if "sent" in case else of(row)
    assert to_builtins(message.row(receipt_of(row))) == row
    assert values.parse_json(message.encode(receipt_of(row)).decode()) == row


def test_forwarded():
    """What the page knows of copies and chat records is what is told of them."""
    case = fixture("message-forwarded")
    for row in (case["record"], case["copy"]):
        kind = (row["userid"], row["dstid"], row["cmd"], row["media"], row["content"])
        more = {"memo": row.get("memo", ""), "amount": row.get("amount", 0), "fwd": row.get("fwd", 0)}
        assert to_builtins(Message(*kind, cid=row["cid"], **more).row(receipt_of(row))) == row
    for row in case["inside"]:
        unset = dict.fromkeys(("content", "pic", "url", "memo", "amount"), UNSET)
        assert to_builtins(rows.Recorded(**unset | row)) == row
    assert convert(case["answer"], list[Forwarded]) == case["answer"]


def test_kinds_are_covered():
    """There is an example of every kind of media that clients send, and of notices."""
    seen = {fixture(name)["stored"]["media"] for name in MESSAGES}
    assert seen >= {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 90, 100}


@pytest.mark.parametrize(
    "case",
    fixture("refused-messages")["messages"],
    ids=lambda case: f"{case['sent'].get('media')}-{case['field']}",
)
def test_refused_messages(case):
    """What the page knows to be refused is refused, for that field and with that code."""
    with pytest.raises(Refusal) as refused:
        said.message(case["sent"], 7)
    assert refused.value.code == case["code"]
    assert case["field"] in refused.value.msg("en") or case["code"] == -403


@pytest.mark.parametrize("raw", fixture("hostile")["frames"])
def test_hostile_texts(raw):
    """A text that is no frame for the page is none for the server."""
    with pytest.raises(Refusal):
        SendMessage.by_frame.read(raw)


def test_frames():
    """The frames that only the server writes are those that the page reads."""
    ack = fixture("ack")["frame"]
    message = Message(7, ack["dstid"], ack["kind"], 1, "hi", cid=ack["cid"])
    assert json.loads(frames.ack(message, receipt_of(ack))) == ack
    welcome = fixture("welcome")["frame"]
    assert (
        json.loads(frames.welcome(*(welcome[name] for name in ("epoch", "now", "heartbeat", "max_frame"))))
        == welcome
    )
    heartbeat = fixture("heartbeat")["frame"]
    assert json.loads(frames.heartbeat(heartbeat["now"])) == heartbeat
    for name, cmd in (
        ("read", Cmd.READ),
        ("typing", Cmd.TYPING),
        ("presence", Cmd.PRESENCE),
        ("contact-changed", Cmd.CONTACT_CHANGED),
        ("community-changed", Cmd.COMMUNITY_CHANGED),
        ("conversation-changed", Cmd.CONVERSATION_CHANGED),
        ("account-changed", Cmd.ACCOUNT_CHANGED),
        ("draft", Cmd.DRAFT),
        ("later", Cmd.LATER),
    ):
        event = fixture(name)["frame"]
        fields = {key: value for key, value in event.items() if key != "cmd"}
        assert json.loads(frames.event(cmd, **fields)) == event


def test_errors():
    """An error frame has a code, a reason, the cid if there was one, and how long to wait."""
    refusals = [Forbidden(), SlowDown(2), values_refusal()]
    for frame, refusal in zip(fixture("error")["frames"], refusals, strict=True):
        written = json.loads(frames.error(refusal, frame.get("cid")))
        assert {**written, "msg": frame["msg"]} == frame


def values_refusal() -> Refusal:
    """Why `{` is no frame."""
    with pytest.raises(Refusal) as refused:
        values.parse_json("{")
    return refused.value


def test_refusals():
    """The page knows every code of the envelope."""
    codes = {kind.code for kind in Refusal.__subclasses__()}
    assert {answer["code"] for answer in fixture("refusals")["answers"]} == codes
    assert json.loads(envelope.failure(NotLoggedIn())) == {"code": -401, "msg": "请先登录"}


@pytest.mark.parametrize("name", ["changes", "history", "conversations", "community"])
def test_lists(name):
    """A list is rows, their number, and what belongs to the list."""
    answer = fixture(name)["answer"]
    assert json.loads(envelope.rows(answer["rows"], data=answer.get("data"))) == answer
    for row in answer["rows"]:
        for message in (row.get("last"), row):
            if message and "cmd" in message:
                assert message["cmd"] in (SINGLE, ROOM) and set(message) >= set(
                    to_builtins(of({"content": "", **message}).row(receipt_of(message)))
                ) - {"content"}


def test_data():
    """An answer about one thing has it in data."""
    answer = fixture("user")["answer"]
    assert json.loads(envelope.ok(answer["data"])) == answer
