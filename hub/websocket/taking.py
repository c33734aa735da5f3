"""Taking the socket out of Tornado's stream, and finding out at start-up whether that works."""

import asyncio
import socket

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError


def can_take(stream: IOStream) -> bool:
    """TLS stays with its stream, and what a stream is still writing would be lost."""
    return not isinstance(stream, SSLIOStream) and not stream.writing() and not stream.closed()


def take(stream: IOStream) -> tuple[socket.socket, bytes]:
    """(socket, bytes read of it but not used) of a stream that `can_take` allows. The stream is closed
    afterwards; the connection is not, because what is returned is a second descriptor of the same socket.
    Raises `OSError` when there is no descriptor left."""
    taken = stream.socket.dup()
    # How much it holds a stream does not tell. Asked by a read when that is nothing, it waits for more, and
    # that costs as much as all the rest here. A Tornado that counts elsewhere is asked by a read.
    if getattr(stream, "_read_buffer_size", None) == 0:
        stream.close()
        return taken, b""
    try:
        # A read that something is there for is done at once. Along with a request's head, which is shorter
        # than one chunk, no more than another chunk has been read.
        reading = asyncio.ensure_future(stream.read_bytes(2 * stream.read_chunk_size, partial=True))
        early = reading.result() if reading.done() else b""
    except StreamClosedError:
        early = b""  # the socket will say so too
    except BaseException:
        taken.close()
        raise
    stream.close()
    return taken, early


def why_not() -> str:
    """Takes a socket once and looks at it: "" when all is well, otherwise what is not. Call it on the
    loop."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(1)
    taken = None
    with theirs:
        stream = IOStream(ours)
        try:
            theirs.sendall(b"head\nearly")
            if not asyncio.ensure_future(stream.read_until(b"\n")).done():
                return "a read waits for what is there"
            taken, early = take(stream)
            if early != b"early":
                return "what was read early is lost"
            if not stream.closed():
                return "the stream is still open"
            theirs.sendall(b"to us")
            taken.sendall(b"to them")
            if (taken.recv(16), theirs.recv(16)) != (b"to us", b"to them"):
                return "the socket does not carry"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            stream.close()
            if taken is not None:
                taken.close()
    return ""
