"""The event loop of tests, for the fixtures named `io_loop`."""

import asyncio
import gc
from collections.abc import Iterator

from tornado.platform.asyncio import AsyncIOLoop


def event_loop() -> Iterator[AsyncIOLoop]:
    """A fresh loop, current until the generator goes on; tasks left over are cancelled before it closes."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    io_loop = AsyncIOLoop(asyncio_loop=loop, make_current=False)
    yield io_loop
    left_over = asyncio.all_tasks(loop)
    for task in left_over:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left_over, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    io_loop.close(all_fds=True)
    asyncio.set_event_loop(None)
    # A socket or task that was forgotten is told of here, where the test that forgot it is known.
    del left_over
    gc.collect()
