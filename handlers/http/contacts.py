"""/contact/…: friends."""

from actions import contacts, search
from handlers.http.gate import ApiHandler, routes_of
from protocol.contacts import AddFriend, ListFriends, SearchContacts


class AddFriendHandler(ApiHandler[AddFriend]):
    async def answer(self, command: AddFriend) -> None:
        await contacts.add_friend(self.app, self.user_id, command.dstid)
        self.reply(msg="好友添加成功" if self.lang == "zh" else "You are friends now")


class FriendsHandler(ApiHandler[ListFriends]):
    async def answer(self, command: ListFriends) -> None:
        await self.reply_rows(await contacts.friends(self.app, self.user_id))


class SearchHandler(ApiHandler[SearchContacts]):
    async def answer(self, command: SearchContacts) -> None:
        await self.reply_rows(await search.known(self.app, self.user_id, command.q))


routes = routes_of(AddFriendHandler, FriendsHandler, SearchHandler)
