"""The load test: ``python -m bench SCENARIO``. What it measures and how is told in docs/measuring.md.

`run` is the coordinator: it starts a server and some client processes, tells them what to do, and reads the
server's CPU and memory from Linux. `clients` is what runs in a client process; `report` tells what came of
it. Imports go run -> report -> clients, never back, and to no code of the server: of that, only the wire is
known. Everything talks to loopback addresses only.
"""
