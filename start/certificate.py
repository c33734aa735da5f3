"""The certificate of a server that speaks TLS itself."""

import ssl

from config import Config, ConfigError


def certificate_of(config: Config) -> ssl.SSLContext | None:
    """What TLS needs, None without it. Raises `ConfigError` when it can't be read."""
    if not config.tls:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.server.tls_cert, config.server.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"server.tls_cert, server.tls_key: {error.strerror or error}") from None
    return context
