"""The load test: ``python -m bench SCENARIO``. What it measures and how is told in docs/performance.md.

The coordinator (`__main__`, `session`, `fleet`) starts a server and some client processes (`shard`), tells
them what to do, and reads the server's CPU and memory from /proc. Everything talks to loopback addresses
only.
"""
