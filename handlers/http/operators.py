"""/ops/…: what operators ask for and decide. (Health and readiness, for machines, are in `ops.py`.)"""

from actions import operators
from handlers.http.gate import ApiHandler, routes_of
from models import operators as rows
from protocol.operators import (
    CloseSessions,
    DeactivateUser,
    DissolveAnyGroup,
    FindGroups,
    FindUsers,
    ListActs,
    MakeOperator,
    MuteUser,
    ShowUser,
)


class UsersHandler(ApiHandler[FindUsers]):
    async def answer(self, command: FindUsers) -> None:
        await self.reply_part(await operators.find_users(self.app, command.q, command.after, command.limit))


class UserHandler(ApiHandler[ShowUser]):
    async def answer(self, command: ShowUser) -> None:
        user, living = await operators.show_with_sessions(self.app, command.id)
        await self.reply_rows(living, data=user)


class GroupsHandler(ApiHandler[FindGroups]):
    async def answer(self, command: FindGroups) -> None:
        said = command.q, command.after, command.limit
        await self.reply_part(await self.app.db.read(rows.find_groups, *said))


class DissolveHandler(ApiHandler[DissolveAnyGroup]):
    async def answer(self, command: DissolveAnyGroup) -> None:
        await operators.dissolve(self.app, self.user_id, command.id)
        self.reply()


class MuteHandler(ApiHandler[MuteUser]):
    async def answer(self, command: MuteUser) -> None:
        self.reply(await operators.mute(self.app, self.user_id, command.id, command.until))


class CloseSessionsHandler(ApiHandler[CloseSessions]):
    async def answer(self, command: CloseSessions) -> None:
        self.reply({"sessions": await operators.close_sessions(self.app, self.user_id, command.id)})


class DeactivateHandler(ApiHandler[DeactivateUser]):
    async def answer(self, command: DeactivateUser) -> None:
        self.reply(await operators.deactivate(self.app, self.user_id, command.id, command.on == 1))


class OperatorHandler(ApiHandler[MakeOperator]):
    async def answer(self, command: MakeOperator) -> None:
        self.reply(await operators.make_operator(self.app, self.user_id, command.id, command.on == 1))


class AuditHandler(ApiHandler[ListActs]):
    async def answer(self, command: ListActs) -> None:
        await self.reply_part(await self.app.db.read(rows.acts, command.before, command.limit))


routes = routes_of(
    UsersHandler,
    UserHandler,
    GroupsHandler,
    DissolveHandler,
    MuteHandler,
    CloseSessionsHandler,
    DeactivateHandler,
    OperatorHandler,
    AuditHandler,
)
