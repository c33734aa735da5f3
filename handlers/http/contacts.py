"""/contact/…: friends and groups. Two names of a route are the same call; classic pages use either."""

from actions import contacts, groups
from handlers.http.gate import Access, ApiHandler
from models.groups import communities_of
from protocol import limits
from protocol.errors import BadArgument
from protocol.limits import MAX_MEMO, MAX_URL


class AddFriendHandler(ApiHandler):
    access = Access.USER
    action = "contact"

    async def post(self) -> None:
        await contacts.add_friend(self.app, self.user_id, self.form.id("dstid"))
        self.reply(msg="好友添加成功" if self.lang == "zh" else "You are friends now")


class FriendsHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        self.reply_rows(await contacts.friends(self.app, self.user_id))


class CreateCommunityHandler(ApiHandler):
    access = Access.USER
    action = "contact"

    async def post(self) -> None:
        form = self.form
        name = form.text("name", max_length=limits.MAX_GROUP_NAME)
        if not name:
            raise BadArgument("缺少群名称", "The group needs a name")
        self.reply(
            await groups.create(
                self.app,
                self.user_id,
                name,
                form.picture("icon", "pic", max_length=MAX_URL),
                form.integer("cate", 0, high=limits.MAX_CATE),
                form.text("memo", max_length=MAX_MEMO),
            )
        )


class CommunitiesHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        self.reply_rows(await self.app.db.read(communities_of, self.user_id))


class JoinCommunityHandler(ApiHandler):
    access = Access.USER
    action = "contact"

    async def post(self) -> None:
        await groups.join(self.app, self.user_id, self.form.id("dstid"))
        self.reply()


routes = [
    (r"/contact/addfriend", AddFriendHandler),
    (r"/contact/(?:loadfriend|friend)", FriendsHandler),
    (r"/contact/createcommunity", CreateCommunityHandler),
    (r"/contact/(?:loadcommunity|community)", CommunitiesHandler),
    (r"/contact/joincommunity", JoinCommunityHandler),
]
