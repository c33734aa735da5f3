"""Undoing what a client does to its payloads (RFC 6455 §5.3)."""

__all__ = ["unmask"]

try:
    from tornado.speedups import websocket_mask as unmask
except ImportError:  # a Tornado that was built without it

    def unmask(mask: bytes, data: bytes) -> bytes:
        """`data` without its `mask` of four bytes."""
        size = len(data)
        pad = (mask * (size // 4 + 1))[:size]
        return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")
