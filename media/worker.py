"""The process that decodes pictures, and reads pages of strangers: takes jobs from its standard input, one
JSON object a line, and writes what came of each. The server's side is `media.workers`.

    {"job": "prepare", "source": …, "folder": …, "ext": "jpg", "limits": [max_pixels, max_frame_pixels]}
    {"job": "small", the same}  ·  {"job": "page", "page": bytes in base64, "charset": …}
    {"page": {"title": …, …}}
    {"picture": {"path": …, "width": …, …}}  ·  {"broken": why}  ·  {"failed": why}

It may crash, be killed by the kernel for what it uses, or by the server for its time: then the picture was at
fault, and the next gets another worker.
"""

import base64
import json
import signal
import sys
from dataclasses import asdict
from typing import Any

from media.confined import allow_cpu, confine


def answer(job: dict[str, Any]) -> dict[str, object]:
    if job["job"] == "page":
        return _page(job)
    from media import pictures  # Pillow, after the bounds are set
    from media.containers.facts import Broken

    try:
        if job["job"] == "thumbnail":
            return {"picture": asdict(pictures.thumbnail(job["source"], job["folder"]))}
        limits = pictures.PictureLimits(*job["limits"])
        make = pictures.small if job["job"] == "small" else pictures.prepare
        return {"picture": asdict(make(job["source"], job["folder"], job["ext"], limits))}
    except (Broken, MemoryError) as error:
        return {"broken": f"{type(error).__name__}: {error}"}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def _page(job: dict[str, Any]) -> dict[str, object]:
    from media import pages

    try:
        return {"page": pages.read(base64.b64decode(job["page"]), job["charset"])}
    except (Exception, MemoryError) as error:  # a page of somebody who wants to break it
        return {"broken": f"{type(error).__name__}: {error}"}


def main() -> None:
    cpu_s, memory_bytes, file_bytes, server = map(int, sys.argv[1:5])
    # A service manager tells all processes of the server to end; the server ends its workers when it is done.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    confine(memory_bytes, file_bytes, server)
    for line in sys.stdin.buffer:
        allow_cpu(cpu_s)
        sys.stdout.buffer.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
