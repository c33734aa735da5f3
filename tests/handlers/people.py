"""Who the tests of messages are about: Ann and Bob are friends, Eve is a stranger, two of them share a
group."""

from contextlib import AsyncExitStack

from models import operators
from protocol.clock import now_ms
from tests.app import App, Client, Socket
from tests.process import Process


async def friends(app: App | Process) -> tuple[Client, Client]:
    """Two people who may write to each other."""
    ann, bob = await app.client().register("Ann"), await app.client().register("Bob")
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0
    return ann, bob


async def group(owner: Client, *others: Client) -> int:
    """The id of a new group with these members."""
    answer = await owner.post("/contact/createcommunity", name="Birds")
    assert answer["code"] == 0, answer
    for other in others:
        assert (await other.post("/contact/joincommunity", dstid=answer["data"]["id"]))["code"] == 0
    return answer["data"]["id"]


def text(
    dst: Client | int, content: str = "hi", cid: str | None = None, cmd: int = 10, **fields: object
) -> dict:
    """A text message to a friend, or with `cmd=11` to a group."""
    message = {
        "cmd": cmd,
        "dstid": dst if isinstance(dst, int) else dst.user_id,
        "media": 1,
        "content": content,
    }
    return {**message, **({"cid": cid} if cid else {}), **fields}


async def make_operator(app: App, *clients: Client) -> None:
    """These are operators of the installation from now on."""
    for client in clients:
        await app.services.db.write(operators.make_operator, 0, client.user_id, True, now_ms())


async def open_all(stack: AsyncExitStack, *sockets: Socket) -> list[Socket]:
    return [await stack.enter_async_context(socket) for socket in sockets]


async def waiting(socket: Socket) -> list[dict]:
    """The frames that had reached a v2 socket before now: those before the answer to a heartbeat."""
    await socket.send({"cmd": 0})
    found = []
    while (frame := await socket.receive())["cmd"] != 0:
        found.append(frame)
    return found
