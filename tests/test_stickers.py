"""The sticker packs that the page offers: whole, small and harmless."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

STICKERS = Path(__file__).resolve().parent.parent / "static" / "stickers"
PACKS = json.loads((STICKERS / "index.json").read_text(encoding="utf-8"))["packs"]
SVG = "{http://www.w3.org/2000/svg}"

# A sticker is drawn with these and nothing else: no script, no style, no image, no link, no foreign content.
DRAWING = {
    SVG + name
    for name in ("svg", "title", "defs", "linearGradient", "stop", "g", "path", "ellipse", "circle", "rect")
}
MOST_BYTES = 20_000


def pack(name):
    """The contents of one pack's info.json."""
    return json.loads((STICKERS / name / "info.json").read_text(encoding="utf-8"))


def test_every_pack_on_disk_is_offered():
    """A pack that lies in the folder is on the list, and none is listed that is not there."""
    assert sorted(PACKS) == sorted(p.parent.name for p in STICKERS.glob("*/info.json"))


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_lists_all_its_stickers(name):
    """Opening a pack shows every sticker drawn for it, each with a Chinese and an English name, and the
    pack's own icon."""
    info = pack(name)
    assert info["id"] == name
    assert info["name"] and info["name_en"]
    files = [s["file"] for s in info["stickers"]]
    assert sorted(files) == sorted(p.name for p in (STICKERS / name).glob("*.svg"))
    assert info["icon"] in files
    assert all(s["name"] and s["name_en"] for s in info["stickers"])
    for key in ("name", "name_en", "file"):
        assert len({s[key] for s in info["stickers"]}) == len(files)


@pytest.mark.parametrize("path", sorted(STICKERS.glob("*/*.svg")), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_sticker_is_a_small_still_drawing(path):
    """A sticker is a small picture that runs nothing and fetches nothing, whoever opens it."""
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < MOST_BYTES
    assert "<!" not in text and "<?" not in text
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == "0 0 240 240"
    assert root.findtext(SVG + "title")
    for element in root.iter():
        assert element.tag in DRAWING
        for key, value in element.attrib.items():
            assert not key.lower().startswith("on")
            assert not key.lower().endswith(("href", "src", "style"))
            assert re.fullmatch(r"#\w+", value[4:-1]) if value.startswith("url(") else "url(" not in value
            assert "://" not in value and "javascript:" not in value.lower()
