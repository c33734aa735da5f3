"""What has to be right before the server serves: its settings, its directory, its address; and one line
that says why not."""

#: Of this server, as CHANGELOG.md calls it.
VERSION = "0.1.0"


class StartError(Exception):
    """The server cannot start. The text is one line that says why, and what to do."""
