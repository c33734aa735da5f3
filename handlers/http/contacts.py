"""/contact/…: friends."""

from actions import contacts, search
from handlers.http.gate import ApiHandler, routes_of
from models.groups import groups_of_both
from protocol.contacts import (
    AddFriend,
    AnswerRequest,
    BlockUser,
    CallFriend,
    ListBlocked,
    ListCommonGroups,
    ListFriends,
    ListRequests,
    RemoveFriend,
    SearchContacts,
)


class AddFriendHandler(ApiHandler[AddFriend]):
    async def answer(self, command: AddFriend) -> None:
        asked = await contacts.add_friend(self.app, self.user_id, command.dstid, command.memo)
        if asked is not None:
            self.reply(asked, self.in_words("已发送好友申请", "Your request was sent"))
        else:
            self.reply(msg=self.in_words("好友添加成功", "You are friends now"))


class RequestsHandler(ApiHandler[ListRequests]):
    async def answer(self, command: ListRequests) -> None:
        rows, data = await contacts.asked(self.app, self.user_id, command.before)
        await self.reply_rows(rows, data)


class AnswerHandler(ApiHandler[AnswerRequest]):
    async def answer(self, command: AnswerRequest) -> None:
        await contacts.answer(self.app, self.user_id, command.request, bool(command.accept))
        self.reply()


class UpdateHandler(ApiHandler[CallFriend]):
    async def answer(self, command: CallFriend) -> None:
        await contacts.call(self.app, self.user_id, command.dstid, command.remark)
        self.reply()


class RemoveHandler(ApiHandler[RemoveFriend]):
    async def answer(self, command: RemoveFriend) -> None:
        await contacts.remove(self.app, self.user_id, command.dstid)
        self.reply()


class BlockHandler(ApiHandler[BlockUser]):
    async def answer(self, command: BlockUser) -> None:
        await contacts.block(self.app, self.user_id, command.dstid, bool(command.on))
        self.reply()


class BlockedHandler(ApiHandler[ListBlocked]):
    async def answer(self, command: ListBlocked) -> None:
        await self.reply_rows(await contacts.blocked(self.app, self.user_id))


class CommonHandler(ApiHandler[ListCommonGroups]):
    async def answer(self, command: ListCommonGroups) -> None:
        await self.reply_rows(await self.app.db.read(groups_of_both, self.user_id, command.dstid))


class FriendsHandler(ApiHandler[ListFriends]):
    async def answer(self, command: ListFriends) -> None:
        await self.reply_rows(await contacts.friends(self.app, self.user_id))


class SearchHandler(ApiHandler[SearchContacts]):
    async def answer(self, command: SearchContacts) -> None:
        await self.reply_rows(await search.known(self.app, self.user_id, command.q))


routes = routes_of(
    AddFriendHandler,
    RequestsHandler,
    AnswerHandler,
    UpdateHandler,
    RemoveHandler,
    BlockHandler,
    BlockedHandler,
    CommonHandler,
    FriendsHandler,
    SearchHandler,
)
