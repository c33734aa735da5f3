"""What is raised for a wrong setting."""


class ConfigError(Exception):
    """A setting is unknown or wrong. The text is one line that names it."""
