"""The frames and rows in tests/fixtures/wire, which the page's own tests read too."""

import json
from pathlib import Path

import pytest

from protocol import frames
from protocol.errors import Refusal
from protocol.messages import Cmd, Receipt, SendMessage
from tests.protocol import said

WIRE = Path(__file__).parent / "fixtures" / "wire"
KINDS = sorted(path.stem for path in WIRE.glob("message-*.json") if "sent" in json.loads(path.read_text()))


def wire(name):
    return json.loads((WIRE / f"{name}.json").read_text())


def stored_message(name):
    """The message of a fixture with what the log gave it."""
    fixture = wire(name)
    message = said.message(fixture["sent"], fixture["stored"]["userid"])
    receipt = Receipt(*(fixture["stored"][field] for field in ("id", "seq", "ver", "createat")))
    return message, receipt, fixture["stored"]


@pytest.mark.parametrize("name", KINDS)
def test_message_kind(name):
    """A message of every kind arrives as it was written."""
    message, receipt, stored = stored_message(name)
    assert json.loads(message.encode(receipt)) == stored


@pytest.mark.parametrize(
    "refused", wire("refused-messages")["messages"], ids=lambda r: f"{r['sent']['media']}-{r['field']}"
)
def test_refused_message(refused):
    """A message without what its kind needs is refused, with the code that the page knows."""
    with pytest.raises(Refusal) as caught:
        said.message(refused["sent"], 7)
    assert caught.value.code == refused["code"]


@pytest.mark.parametrize("text", wire("hostile")["frames"])
def test_hostile_text(text):
    """A text that is no frame is refused and harms nobody."""
    with pytest.raises(Refusal):
        SendMessage.by_frame.read(text)


def test_ack():
    """The ack says where the message stands."""
    message, receipt, _ = stored_message("message-text")
    assert json.loads(frames.ack(message, receipt)) == wire("ack")["frame"]


def test_welcome_and_heartbeat():
    """A page is greeted, and its heartbeats are answered."""
    frame = wire("welcome")["frame"]
    assert (
        json.loads(frames.welcome(frame["epoch"], frame["now"], frame["heartbeat"], frame["max_frame"]))
        == frame
    )
    assert json.loads(frames.heartbeat(frame["now"])) == wire("heartbeat")["frame"]


@pytest.mark.parametrize(
    "name, cmd",
    [
        ("read", Cmd.READ),
        ("typing", Cmd.TYPING),
        ("presence", Cmd.PRESENCE),
        ("contact-changed", Cmd.CONTACT_CHANGED),
        ("community-changed", Cmd.COMMUNITY_CHANGED),
        ("conversation-changed", Cmd.CONVERSATION_CHANGED),
        ("account-changed", Cmd.ACCOUNT_CHANGED),
        ("draft", Cmd.DRAFT),
        ("later", Cmd.LATER),
    ],
)
def test_event(name, cmd):
    """Pages hear of what was read and of changes among friends and groups."""
    frame = wire(name)["frame"]
    fields = {field: value for field, value in frame.items() if field != "cmd"}
    assert json.loads(frames.event(cmd, **fields)) == frame
