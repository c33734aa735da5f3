"""The WebSocket: the handshake, and what a client says afterwards."""
