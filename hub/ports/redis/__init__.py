"""The line between processes in Redis: one stream that all write to and read from."""

from hub.ports.redis.line import RedisLine as RedisLine
