"""``python -m admin``: what operators do at a command line.

It calls the same actions as the routes do, on the same database, beside servers that run or when none does.
Each subject has a file with its commands; `commands.py` has the table of them.
"""
