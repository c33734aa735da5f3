"""For whoever runs the server: is it alive, can it serve?"""

import asyncio

from actions.services import Services
from handlers.http import proxies
from handlers.http.base import BaseHandler
from models import state

#: Seconds that the database may take to answer a probe.
PATIENCE = 2.0
#: Seconds for which its answer holds: whoever probes more often learns nothing new.
FRESH_S = 1.0


class Readiness:
    """Whether calls can be served, found out once for all who ask within a second."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asked_at = float("-inf")
        self._answer: asyncio.Future[str] | None = None

    async def why_not(self) -> str:
        """ "" when they can."""
        now = asyncio.get_running_loop().time()
        if self._answer is None or (self._answer.done() and now - self._asked_at > FRESH_S):
            self._asked_at, self._answer = now, asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._answer)

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._services.db.read(state.epoch)
        except Exception:  # whatever it is, its cause is in the log of those who met it
            return "database"
        return ""


class ProbeHandler(BaseHandler):
    """Always answered when it comes from this machine itself, and however full the server is."""

    async def prepare(self) -> None:
        if not proxies.is_local_probe(self.request) and not (self.place and self.place.full):
            await super().prepare()


class HealthHandler(ProbeHandler):
    """200 as long as the loop turns."""

    def get(self) -> None:
        self.write_json('{"status":"alive"}')

    head = get


class ReadyHandler(ProbeHandler):
    """200 when calls can be served, 503 while draining or when the database does not answer."""

    async def get(self) -> None:
        readiness: Readiness = self.settings["readiness"]
        if why := "draining" if self.app.draining else await readiness.why_not():
            self.set_status(503)
            self.write_json(f'{{"status":"not ready","why":"{why}"}}')
        else:
            self.write_json('{"status":"ready"}')

    head = get


routes = [
    (r"/healthz", HealthHandler),
    (r"/readyz", ReadyHandler),
]
