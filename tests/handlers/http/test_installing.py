"""The page can be installed, in the language of its browser, and is another worker with each build."""

import json

from PIL import Image

from handlers.http import installing, pages
from handlers.http.pages import STATIC


async def test_manifest(app):
    """Who installs the page gets its name in their language, and icons of the sizes that it says."""
    told = {}
    for lang in ("zh", "en"):
        answer = await app.client().get("/manifest.webmanifest", **{"Accept-Language": lang})
        assert answer.headers["Content-Type"].startswith("application/manifest+json")
        told[lang] = json.loads(answer.body)
    assert [told[lang]["name"] for lang in ("zh", "en")] == ["鹊桥", "Magpie"]
    assert told["zh"]["id"] == told["en"]["id"]
    sizes = {(icon["sizes"], icon["purpose"]) for icon in told["en"]["icons"]}
    assert {("192x192", "maskable"), ("512x512", "maskable"), ("192x192", "any"), ("512x512", "any")} == sizes
    for icon in told["en"]["icons"]:
        with Image.open(STATIC / icon["src"].removeprefix("/asset/")) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            if icon["purpose"] == "maskable":  # up to its edges
                assert picture.convert("RGBA").getchannel("A").getextrema() == (255, 255)


async def test_worker(app, tmp_path, monkeypatch):
    """The worker names all of the build and nothing else; it is asked for again each time, and is another one
    with another build. Without a build there is none."""
    monkeypatch.setattr(pages, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(installing, "STATIC", tmp_path)
    missing = await app.client().get("/sw.js")
    assert missing.code == 404
    (tmp_path / "app" / "assets").mkdir(parents=True)
    (tmp_path / "app" / "assets" / "worker-1.js").write_text("work()")
    told = []
    for number in (1, 2):
        build = {
            "src/main.ts": {"file": f"assets/main-{number}.js", "css": ["assets/main.css"]},
            "src/worker.ts": {"file": "assets/worker-1.js"},
            "src/part.vue": {"file": "assets/part.js", "assets": ["assets/part.webp"]},
        }
        (tmp_path / "manifest.json").write_text(json.dumps(build))
        pages.Build._stamp = None
        answer = await app.client().get("/sw.js")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Cache-Control"] == "no-cache"
        first, rest = answer.body.decode().split("\n", 1)
        assert rest == "work()"
        told.append(json.loads(first.removeprefix("self.build = ").removesuffix(";")))
    files = set(told[0]["files"])
    assert {f"/asset/app/assets/{name}" for name in ("main-1.js", "main.css", "part.js", "part.webp")} < files
    assert not [name for name in files if "worker" in name or not (name.startswith("/asset/"))]
    assert told[0]["version"] != told[1]["version"]
    assert told[1]["script"] == "/asset/app/assets/main-2.js"
    monkeypatch.undo()
    pages.Build._stamp = None
