"""OUTGOING: what this server asks of machines that somebody else names. Imports nothing of ours."""
