"""A wire to a database on which the answer to a COMMIT gets lost."""

import asyncio


class Lossy:
    """Passes everything on, from a port of its own. After `lose(words)` the answer to the COMMIT of the
    transaction that said `words` is swallowed and its connection ends; from then until `mend` nobody gets
    through."""

    def __init__(self, far: int) -> None:
        self._far, self._words, self._away = far, b"", False
        self.lost = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def lose(self, words: str) -> None:
        self._words = words.encode()

    def mend(self) -> None:
        self._away = False

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        for _ in range(20):  # one that is being accepted comes to `_accept` some turns of the loop later
            await asyncio.sleep(0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:  # a task that had not begun has closed nothing
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._tasks.add(asyncio.get_running_loop().create_task(self._carry(reader, writer)))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._away:
            writer.close()
            return
        # Not cancelled half way: a connection that is there by then would be nobody's to close.
        connecting = asyncio.ensure_future(asyncio.open_connection("127.0.0.1", self._far))
        try:
            far_reader, far_writer = await asyncio.shield(connecting)
        except BaseException:
            writer.close()
            await asyncio.wait([connecting])
            if connecting.exception() is None:
                self._writers.add(connecting.result()[1])  # `close` ends it with the others
            raise
        self._writers.add(far_writer)
        swallows = asyncio.Event()
        try:
            await asyncio.gather(
                self._ask(reader, far_writer, swallows), self._answer(far_reader, writer, swallows)
            )
        except OSError:
            pass
        finally:
            writer.close()
            far_writer.close()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swallows: asyncio.Event
    ) -> None:
        said = False
        while data := await reader.read(65536):
            said |= bool(self._words) and self._words in data
            if said and b"COMMIT" in data:
                self._words = b""
                swallows.set()
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swallows: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if swallows.is_set():
                self._away = True
                self.lost.set()
                for open_writer in self._writers:
                    open_writer.close()
                return
            writer.write(data)
            await writer.drain()
        writer.close()
