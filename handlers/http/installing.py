"""What makes the page one that can be installed: its manifest, and the worker that starts it offline."""

import json

from handlers.http.base import BaseHandler
from handlers.http.pages import STATIC, Build

#: Files of ours that the shells name beside the build's.
_BESIDE = (
    "/asset/browser.js",
    "/asset/icons/favicon.svg",
    "/asset/icons/icon-192.png",
    "/asset/icons/badge-96.png",
)
#: Shells that start without a network.
_SHELLS = ("/chat/index.shtml", "/user/login.shtml")


class ManifestHandler(BaseHandler):
    """In the language of the browser."""

    def get(self) -> None:
        en = self.lang == "en"
        icons = [
            {
                "src": f"/asset/icons/{name}-{size}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": to,
            }
            for name, to in (("icon", "any"), ("maskable", "maskable"))
            for size in (192, 512)
        ]
        told = {
            "id": "/",
            "name": "Magpie" if en else "鹊桥",
            "short_name": "Magpie" if en else "鹊桥",
            "description": "Chat on a server of one's own" if en else "自己的聊天服务器",
            "lang": "en" if en else "zh-CN",
            "start_url": "/chat/index.shtml",
            "scope": "/",
            "display": "standalone",
            "background_color": "#FFFFFF",
            "theme_color": "#0A7D56",
            "categories": ["social", "productivity"],
            "icons": icons,
        }
        self.set_header("Content-Type", "application/manifest+json; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Vary", "Accept-Language")
        self.write(json.dumps(told, ensure_ascii=False))

    head = get


class WorkerHandler(BaseHandler):
    """The service worker with the names of the build that it keeps: another build is another worker, which
    is how browsers notice. It is asked for again each time."""

    def get(self) -> None:
        build = Build.current()
        if build is None or not build.worker:
            self.send_error(404)
            return
        try:
            script = (STATIC / "app" / build.worker).read_text("utf-8")
        except OSError:  # a build in the making
            self.send_error(404)
            return
        told = {"version": build.version, "script": build.script, "shells": _SHELLS}
        files = json.dumps({**told, "files": [*build.files, *_BESIDE]})
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.write(f"self.build = {files};\n{script}")

    head = get


routes = [(r"/manifest\.webmanifest", ManifestHandler), (r"/sw\.js", WorkerHandler)]
