"""Runs: from the command line's options to a plan, a server with data, client processes, and a result."""
