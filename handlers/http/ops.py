"""For whoever runs the server: is it alive, can it serve?"""

import asyncio

from handlers.http.base import BaseHandler
from models import state

#: Seconds that the database may take to answer a probe.
PATIENCE = 2.0


class HealthHandler(BaseHandler):
    """200 as long as the loop turns."""

    def get(self) -> None:
        self.write_json('{"status":"alive"}')

    head = get


class ReadyHandler(BaseHandler):
    """200 when calls can be served, 503 while draining or when the database does not answer."""

    async def get(self) -> None:
        if self.app.draining:
            self._not_ready("draining")
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self.app.db.read(state.epoch)
        except Exception:  # whatever it is, its cause is in the log of those who met it
            self._not_ready("database")
            return
        self.write_json('{"status":"ready"}')

    head = get

    def _not_ready(self, why: str) -> None:
        self.set_status(503)
        self.write_json(f'{{"status":"not ready","why":"{why}"}}')


routes = [
    (r"/healthz", HealthHandler),
    (r"/readyz", ReadyHandler),
]
