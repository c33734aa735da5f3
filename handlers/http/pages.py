"""What a browser opens: the page's shells, its files, and the paths that lead there."""

import hashlib
import json
import mimetypes
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from actions import invites
from handlers.http import security
from handlers.http.base import BaseHandler
from protocol.errors import TryAgain

STATIC = Path(__file__).resolve().parents[2] / "static"
MANIFEST = STATIC / "app" / ".vite" / "manifest.json"
ASSETS = "/asset/app/"
PIECE_BYTES = 65536  #: of a file, read and sent at once

_SLASHES = re.compile(r"[/\\]+")
#: The build names these files by their content.
_HASHED = re.compile(r"app/assets/.+-[\w-]{8,}\.\w+\Z")

#: What the build lays beside a file, by its name in HTTP; the smaller first.
_ENDINGS = {"br": ".br", "gzip": ".gz"}

#: What Vite's manifest says of one file, and of all.
Chunk = dict[str, Any]
Manifest = dict[str, Chunk]

#: What a browser may say in `Sec-Fetch-Site`.
_SITES = ("same-origin", "same-site", "cross-site", "none")

_TITLES = {
    "login": ("登录", "Log in"),
    "register": ("注册", "Register"),
    "chat": ("聊天", "Chat"),
    "createcom": ("建群", "New group"),
    "reset": ("重设密码", "New password"),
    "qr": ("扫码登录", "Log in by QR code"),
}


class HomeHandler(BaseHandler):
    def get(self) -> None:
        self.redirect("/user/login.shtml")

    head = get


class CleanPathHandler(BaseHandler):
    """Classic pages ask for `//asset/…`. Any method is sent to the clean path, and never to another host:
    browsers read a backslash as a slash, so those are collapsed with the slashes."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self.request.path.startswith(("/", "\\")):
            raise HTTPError(404)
        path = _SLASHES.sub("/", self.request.path)
        query = f"?{self.request.query}" if self.request.query else ""
        self.redirect(path + query, permanent=True)


class PageHandler(BaseHandler):
    """One shell for all pages; the page's own script draws them. Who is calling is asked by the API.

    `site` in the shell tells the script what it can't ask for before it knows whom it serves: where media
    are loaded from, the largest upload in bytes, whether strangers may write to each other, whether every
    member of a group may name all, whether people have points, who may register (open, invite, closed), which
    users this browser has session cookies of (not checked here), and where the click came from
    (`Sec-Fetch-Site`)."""

    def initialize(self, page: str) -> None:
        self.page = page

    async def get(self) -> None:
        built = Build.current()
        titles = _TITLES[self.page]
        shown = {"lang": self.lang, "page": self.page, "title": titles[self.lang == "en"]}
        shown["site"] = json.dumps({**self._site(), "register": await self._registering()})
        if built is None:
            self.set_status(503)
            self.render("unbuilt.html", **shown)
        else:
            self.render("page.html", build=built, **shown)

    head = get

    async def _registering(self) -> str:
        try:
            return await invites.mode(self.app)
        except TryAgain:  # the page comes without the database, too
            return self.app.config.auth.register

    def _site(self) -> dict[str, Any]:
        config = self.app.config
        came_from = self.request.headers.get("Sec-Fetch-Site", "")
        return {
            "media": self.settings["media_origins"],
            "uploadBytes": config.uploads.max_bytes,
            "strangers": config.contacts.strangers,
            "mentionAll": config.communities.mention_all == "members",
            "wallet": config.wallet.enabled,
            "accounts": list(security.cookie_tokens(self.request, self.secure)),
            "from": came_from if came_from in _SITES else "",
        }


class Build:
    """The hashed names of the built page, read from Vite's manifest. `theme` is "" or a small classic script
    that sets the colours before the first paint; `preload` are modules that `script` imports. `files`: all
    that a page may load, but for the `worker` (a path in the build, "" for none); `version` is another one
    for each build."""

    _current: "Build | None" = None
    _stamp: int | None = None

    def __init__(self, manifest: Manifest) -> None:
        main = manifest["src/main.ts"]
        chunks = self._with_imports(manifest, main)
        self.script = ASSETS + main["file"]
        self.theme = ASSETS + manifest["src/theme.ts"]["file"] if "src/theme.ts" in manifest else ""
        self.styles = list(dict.fromkeys(ASSETS + css for chunk in chunks for css in chunk.get("css", ())))
        self.worker = manifest.get("src/worker.ts", {}).get("file", "")
        parts = [
            [chunk["file"], *chunk.get("css", ()), *chunk.get("assets", ())] for chunk in manifest.values()
        ]
        names = dict.fromkeys(name for part in parts for name in part if name != self.worker)
        self.files = [ASSETS + name for name in names]
        self.version = hashlib.sha256("\n".join([*self.files, self.worker]).encode()).hexdigest()[:16]
        self.preload = [ASSETS + chunk["file"] for chunk in chunks if chunk is not main]

    @classmethod
    def current(cls) -> "Build | None":
        """The latest build, None when there is none; read again when it has changed."""
        try:
            stamp = MANIFEST.stat().st_mtime_ns
            if stamp != cls._stamp:
                cls._current, cls._stamp = cls(json.loads(MANIFEST.read_bytes())), stamp
        except (OSError, ValueError, KeyError):  # missing, or being written
            cls._current = cls._stamp = None
        return cls._current

    @staticmethod
    def _with_imports(manifest: Manifest, main: Chunk) -> list[Chunk]:
        """`main` and all that it imports without being asked, imports first."""
        found: dict[str, Chunk] = {}

        def visit(chunk: Chunk) -> None:
            for name in chunk.get("imports", ()):
                if name not in found:
                    found[name] = manifest[name]
                    visit(manifest[name])

        visit(main)
        return [*found.values(), main]


class GroupLinkHandler(BaseHandler):
    """A link that leads into a group: the page shows which one, and asks. What it leads to, and whether it
    still does, is told to who has logged in only."""

    def get(self, code: str) -> None:
        self.redirect(f"/chat/index.shtml#/join/{code}")

    head = get


class AssetHandler(BaseHandler, StaticFileHandler):
    """Files of `static/`. Those of the build are named by their content and kept for ever; the others are
    asked for again, with an ETag. Where the build has laid a compressed one beside a file, browsers that take
    it get that: whole, for a part of it is of no use to anybody."""

    encoding = ""  #: of what is sent, "" for the file itself
    _plain_path: str  # of the file itself

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.clear_header("Cache-Control")

    def set_extra_headers(self, path: str) -> None:
        kept = _HASHED.match(path)
        self.set_header("Cache-Control", "public, max-age=31536000, immutable" if kept else "no-cache")
        if kept:  # the same address has other bytes for other browsers
            self.set_header("Vary", "Accept-Encoding")
        if self.encoding:
            self.set_header("Content-Encoding", self.encoding)
            self.set_header("Accept-Ranges", "none")

    @classmethod
    def get_content(
        cls, abspath: str, start: int | None = None, end: int | None = None
    ) -> Generator[bytes, None, None]:
        """Opened anew for each piece: who reads slowly holds no descriptor."""
        position = start or 0
        while True:
            with open(abspath, "rb") as file:
                file.seek(position)
                piece = file.read(PIECE_BYTES if end is None else min(PIECE_BYTES, end - position))
            if not piece:
                return
            position += len(piece)
            yield piece

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        if "\0" in absolute_path or "/." in absolute_path.removeprefix(root.rstrip("/")):
            raise HTTPError(404)
        path = self._plain_path = super().validate_absolute_path(root, absolute_path) or ""
        for encoding in encodings(self.request.headers.get("Accept-Encoding", "")):
            compressed = path + _ENDINGS[encoding]
            if _HASHED.match(self.path) and os.path.isfile(compressed):
                self.encoding = encoding
                self.request.headers.pop("Range", None)
                return super().validate_absolute_path(root, compressed)
        return path

    def get_content_type(self) -> str:
        return mimetypes.guess_type(self._plain_path)[0] or "application/octet-stream"


def encodings(accepted: str) -> list[str]:
    """Of the encodings that the build makes, those that an `Accept-Encoding` takes, the best first."""
    weights = dict[str, float]()
    for item in accepted[:500].lower().split(","):
        name, _, weight = item.partition(";")
        try:
            weights[name.strip()] = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
    known = {encoding: weights.get(encoding, weights.get("*", 0.0)) for encoding in _ENDINGS}
    return sorted((encoding for encoding in known if known[encoding] > 0), key=lambda name: -known[name])


class UnknownHandler(BaseHandler):
    """Any other path."""

    async def prepare(self) -> None:
        await super().prepare()
        raise HTTPError(404)


routes = [
    (r".*[/\\][/\\].*", CleanPathHandler),
    (r"/", HomeHandler),
    (r"/user/login\.shtml", PageHandler, {"page": "login"}),
    (r"/user/register\.shtml", PageHandler, {"page": "register"}),
    (r"/user/reset\.shtml", PageHandler, {"page": "reset"}),
    (r"/user/qr\.shtml", PageHandler, {"page": "qr"}),
    (r"/chat/index\.shtml", PageHandler, {"page": "chat"}),
    (r"/chat/createcom\.shtml", PageHandler, {"page": "createcom"}),
    (r"/g/([\w-]{1,64})", GroupLinkHandler),
    (r"/asset/(.*)", AssetHandler, {"path": str(STATIC)}),
    (r"/(favicon\.ico)", AssetHandler, {"path": str(STATIC)}),
]
