"""The client processes: connections, traffic, counting, latency. They know a server by its wire alone.

A client process is told what to do by lines of JSON, and answers with lines of JSON (`lines`).
"""
