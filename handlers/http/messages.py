"""The /message routes: sending without a socket, and reading what was said."""

from actions import conversations, messages
from handlers.http.gate import Access, ApiHandler
from models.conversations import is_place, list_changed, list_newest
from models.messages import changes, history
from protocol import frames, values
from protocol.errors import BadArgument, TooLarge
from protocol.forms import Form
from protocol.messages import ROOM, SINGLE, Message

_INTEGERS = ("cmd", "dstid", "media", "amount", "ref")
_TEXTS = ("content", "pic", "url", "memo", "cid")


class SendHandler(ApiHandler):
    access = Access.USER
    action = "message"

    async def post(self) -> None:
        if len(self.request.api_body) > self.app.config.hub.max_frame:
            raise TooLarge()
        message = Message.parse(_message_fields(self.form), self.user_id)
        self.reply(frames.ack_fields(message, await messages.send(self.app, message)))


class ConversationsHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        after = self.form.integer("after") if "after" in self.form else None
        before = self.form.text("before", max_length=40)
        if after is not None and before:
            raise BadArgument("before 与 after 只能有一个", "Give before or after, not both")
        if before and not is_place(before):
            raise BadArgument("参数 before 不正确", "Bad value of before")
        limit = min(self.form.integer("limit", 500, 1), 500)
        if after is None:
            found = await self.app.db.read_much(list_newest, self.user_id, before, limit)
        else:
            found = await self.app.db.read_much(list_changed, self.user_id, after, limit)
        data: dict[str, object] = {"epoch": found.epoch, "change": found.change}
        if found.more:
            data["more"] = 1
        if found.next:
            data["next"] = found.next
        self.reply_rows(found.rows, data=data)


class HistoryHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        kind, dstid = _place(self.form)
        before = self.form.integer("before", low=1) if "before" in self.form else None
        after = self.form.integer("after") if "after" in self.form else None
        if before is not None and after is not None:
            raise BadArgument("before 与 after 只能有一个", "Give before or after, not both")
        limit = min(self.form.integer("limit", 50, 1), 200)
        strangers = self.app.config.contacts.strangers
        rows, more = await self.app.db.read(
            history, self.user_id, kind, dstid, before, after, limit, strangers
        )
        self.reply_rows(rows, data={"more": 1} if more else None)


class ChangesHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        kind, dstid = _place(self.form)
        ver = self.form.integer("ver")
        limit = min(self.form.integer("limit", 200, 1), 500)
        strangers = self.app.config.contacts.strangers
        rows, more = await self.app.db.read(changes, self.user_id, kind, dstid, ver, limit, strangers)
        self.reply_rows(rows, data={"more": more})


class ReadHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        kind, dstid = _place(self.form)
        await conversations.read(self.app, self.user_id, kind, dstid, self.form.integer("seq"))
        self.reply()


def _place(form: Form) -> tuple[int, int]:
    """(kind, dstid): which conversation a call means."""
    return form.integer("kind", low=SINGLE, high=ROOM), form.id("dstid")


def _message_fields(form: Form) -> dict:
    """The message in a call's fields. A form knows only text, so digits are numbers there, and `at` is a JSON
    list."""
    for name in ("dstid", "cid"):
        form.refuse_repeated(name)
    fields = {name: values.digits(form.value(name)) for name in _INTEGERS if name in form}
    fields.update({name: form.value(name) for name in _TEXTS if name in form})
    if "at" in form:
        at = form.value("at")
        at = values.parse_json_list(at) if type(at) is str else at
        fields["at"] = [values.digits(user_id) for user_id in at] if isinstance(at, list) else at
    return fields


routes = [
    (r"/message/send", SendHandler),
    (r"/message/conversations", ConversationsHandler),
    (r"/message/history", HistoryHandler),
    (r"/message/changes", ChangesHandler),
    (r"/message/read", ReadHandler),
]
