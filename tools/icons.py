"""Makes the icons of the installed page from our own logo: `python -m tools.icons`, with Chromium installed.

Maskable ones have the picture within the circle that every launcher leaves, and the logo's green to the edge;
the badge is what a phone draws in one colour in its status bar. The results are kept in the tree.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).resolve().parent.parent / "static" / "icons"
#: The logo's picture within a maskable icon, of its width: the circle that stays has 80 % of it.
_SHARE = 0.72
_GROUND = "linear-gradient(#12976A, #0A7D56)"
#: The bridge and the bird as one shape each, white on nothing.
_BADGE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="3 4 58 58" width="96" height="96">
<path d="M7 56C14 43 22 38.5 32 38.5C42 38.5 50 43 57 56" fill="none" stroke="#FFF" stroke-width="5.5"
 stroke-linecap="round"/>
<path d="M22 29L5.5 19C4 16.5 5 14.5 8 14.5L29 22Z" fill="#FFF"/>
<path d="M19 24C22 19 28 18 32 14.5C34.5 8.5 40 6.5 44.5 8.5C49.5 10.5 51.5 15 50.5 20C49 29 43 36.5 34.5 36.5
C26 36.5 20.5 31 19 24Z" fill="#FFF"/><path d="M50.2 12.5L58.5 16.2L50.8 18.8Z" fill="#FFF"/></svg>"""


def pages() -> dict[str, tuple[int, str]]:
    """By name of the file its size, and what is drawn."""
    logo = (ICONS / "favicon.svg").read_text("utf-8")
    bare = logo.replace('<rect width="64" height="64" rx="15" fill="url(#ground)"/>', "")
    style = "display:grid;place-items:center;width:100vw;height:100vh"
    middle = f"<div style='{style};background:{_GROUND}'>{bare}</div>"
    sized = f"<style>body{{margin:0}}svg{{width:{_SHARE * 100}vw;height:{_SHARE * 100}vw}}</style>"
    found = {f"maskable-{size}.png": (size, sized + middle) for size in (192, 512)}
    return found | {"badge-96.png": (96, "<style>body{margin:0}svg{display:block}</style>" + _BADGE)}


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (size, html) in pages().items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(html)
            page.screenshot(path=ICONS / name, omit_background=True)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
