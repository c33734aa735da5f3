"""What goes wrong, each as somebody runs into it. The first line is its name in docs/reliability.md."""

import asyncio
import os
import signal

from tests.cluster.stage import Stage


async def nothing(stage: Stage) -> None:
    """Nothing goes wrong."""
    await asyncio.sleep(1)


async def process_killed(stage: Stage) -> None:
    """A process is killed (`kill -9`) and started again."""
    await stage.cluster.kill(1)
    await asyncio.sleep(1)
    await stage.cluster.start(1)


async def process_held_up(stage: Stage) -> None:
    """A process stands still for 6 s (`SIGSTOP`)."""
    stage.cluster.pause(1)
    await asyncio.sleep(6)
    stage.cluster.go_on(1)


async def rolling_restart(stage: Stage) -> None:
    """All processes are restarted, one after the other."""
    for number in range(len(stage.cluster.ports)):
        await stage.cluster.stop(number)
        await stage.cluster.start(number)


async def redis_killed(stage: Stage) -> None:
    """Redis is killed and comes back empty after 2 s."""
    await asyncio.to_thread(stage.redis.end)
    await asyncio.sleep(2)
    await asyncio.to_thread(stage.redis.start)


async def redis_held_up(stage: Stage) -> None:
    """Redis stands still for 6 s (`SIGSTOP`)."""
    os.kill(stage.redis.process.pid, signal.SIGSTOP)
    await asyncio.sleep(6)
    os.kill(stage.redis.process.pid, signal.SIGCONT)


async def redis_connections_cut(stage: Stage) -> None:
    """All connections to Redis are cut, three times (`CLIENT KILL`)."""
    for _ in range(3):
        await stage.redis.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await asyncio.sleep(0.3)


async def redis_full(stage: Stage) -> None:
    """Redis has no memory left for 5 s (`maxmemory`, `noeviction`)."""
    await stage.redis.do("CONFIG", "SET", "maxmemory-policy", "noeviction")
    await stage.redis.do("CONFIG", "SET", "maxmemory", "1")
    await asyncio.sleep(5)
    await stage.redis.do("CONFIG", "SET", "maxmemory", "0")


async def redis_cuts_slow_readers(stage: Stage) -> None:
    """A process falls behind where Redis cuts off who reads slowly (`client-output-buffer-limit` 256 KB)."""
    await stage.redis.do("CONFIG", "SET", "client-output-buffer-limit", "normal 262144 262144 1")
    stage.cluster.pause(1)
    await asyncio.sleep(3)
    stage.cluster.go_on(1)
    await asyncio.sleep(1)
    await stage.redis.do("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0")


async def database_restarted(stage: Stage) -> None:
    """The database is killed and comes back on its data."""
    await asyncio.to_thread(stage.database.end)
    await asyncio.to_thread(stage.database.start)


async def cut_off_from_redis(stage: Stage) -> None:
    """A process is cut off from Redis for 6 s: packets are dropped."""
    await stage.net.cut("redis")
    await asyncio.sleep(6)
    await stage.net.mend("redis")


async def cut_off_from_database(stage: Stage) -> None:
    """A process is cut off from the database for 6 s: packets are dropped."""
    await stage.net.cut("database")
    await asyncio.sleep(6)
    await stage.net.mend("database")


#: What concerns Redis alone.
OF_REDIS = (redis_killed, redis_held_up, redis_connections_cut, redis_full, redis_cuts_slow_readers)
#: All that can be done on one machine, in the order of the table.
ALL = (
    nothing,
    process_killed,
    process_held_up,
    rolling_restart,
    redis_killed,
    redis_held_up,
    redis_connections_cut,
    redis_full,
    redis_cuts_slow_readers,
    database_restarted,
)
#: For a stage in a network of its own.
OF_NETWORK = (cut_off_from_redis, cut_off_from_database)
