"""Undoing what a client does to its payloads (RFC 6455 §5.3)."""

__all__ = ["unmask", "unmask_slowly"]


def unmask_slowly(mask: bytes, data: bytes) -> bytes:
    """`data` without its `mask` of four bytes."""
    size = len(data)
    pad = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")


try:
    from tornado.speedups import websocket_mask as unmask
except ImportError:  # a Tornado that was built without it
    unmask = unmask_slowly
