"""/user/export, /user/delete: taking one's data along, and deleting the account."""

import time

from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from actions import leaving
from actions.exports import export
from handlers.http.gate import ApiHandler, routes_of
from protocol.errors import TryAgain
from protocol.leaving import DeleteAccount, ExportAccount
from protocol.media import disposition


class ExportHandler(ApiHandler[ExportAccount]):
    """The archive is sent as it is made. Who takes it slowly has a place of few for that long."""

    def set_default_headers(self) -> None:
        """The page fetches it by a form into a frame of its own, where it can read why not."""
        super().set_default_headers()
        policy = self._headers["Content-Security-Policy"]
        self.set_header(
            "Content-Security-Policy", policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        )

    async def answer(self, command: ExportAccount) -> None:
        with self.app.budget.hold("exports", self.user_id):
            pieces = export(self.app, self.user_id)
            first = await anext(pieces)  # what is refused is an envelope until here
            self.set_header("Content-Type", "application/zip")
            name = f"magpie-{self.user_id}-{time.strftime('%Y%m%d')}.zip"
            self.set_header("Content-Disposition", disposition(inline=False, name=name))
            self.write(first)
            await self.flush()
            try:
                async for piece in pieces:
                    self.write(piece)
                    await self.flush()
            except TryAgain:  # so that nobody takes it for the whole
                connection = self.request.connection
                assert isinstance(connection, HTTP1Connection)
                connection.stream.close()
                raise StreamClosedError from None
            finally:
                await pieces.aclose()
        self.code = 0
        await self.finish()


class DeleteHandler(ApiHandler[DeleteAccount]):
    async def answer(self, command: DeleteAccount) -> None:
        await leaving.delete_own(self.app, self.own_session, command.passwd, self.network, self.disconnected)
        self.clear_session_cookie(self.user_id)
        self.reply()


routes = routes_of(ExportHandler, DeleteHandler)
