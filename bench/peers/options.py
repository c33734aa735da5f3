"""What a comparison server is told, and what it tells when it listens."""

import argparse
import asyncio
import gc
import signal


def port() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    return int(parser.parse_args().port)


async def until_stopped(name: str, listening_on: int) -> None:
    """Says where it listens, and waits for SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    gc.freeze()
    gc.set_threshold(50000, 20, 1000)
    print(f"{name} · http://127.0.0.1:{listening_on}", flush=True)
    await stop.wait()
