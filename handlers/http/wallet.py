"""/wallet/…: points of one's own; /ops/grant: points of others."""

from actions import wallet
from handlers.http.gate import ApiHandler, routes_of
from protocol.wallet import Grant, ListEntries, ReadBalance


class BalanceHandler(ApiHandler[ReadBalance]):
    async def answer(self, command: ReadBalance) -> None:
        self.reply({"balance": await wallet.balance(self.app, self.user_id)})


class EntriesHandler(ApiHandler[ListEntries]):
    async def answer(self, command: ListEntries) -> None:
        await self.reply_part(await wallet.entries(self.app, self.user_id, command.before))


class GrantHandler(ApiHandler[Grant]):
    async def answer(self, command: Grant) -> None:
        said = command.id, command.amount, command.memo, command.cid or None
        self.reply({"balance": await wallet.grant(self.app, self.user_id, *said)})


routes = routes_of(BalanceHandler, EntriesHandler, GrantHandler)
