"""deploy/nginx.conf, run by a real nginx in front of a real server."""

import asyncio
import os
import re
import shutil
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from handlers.http.pages import AssetHandler
from tests.app import PATIENCE, Client, envelope, running
from tests.certificate import make_certificate
from tests.servers import free_port

CONF = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
NAME = "chat.example.com"

#: What the machine's own configuration has around ours.
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/main.log; worker_processes 1; {user}
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/1;
    uwsgi_temp_path {folder}/2; scgi_temp_path {folder}/3;
    access_log off;
    include {folder}/magpie.conf;
}}
"""


class Proxied:
    """The app behind nginx. `folder` has nginx's logs."""

    def __init__(self, app, folder: Path, tls: int, plain: int) -> None:
        self.app, self.folder = app, folder
        self.url, self.plain_url = f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{plain}"
        self._trust = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        self._clients: list[Client] = []

    def client(self, url: str = "", **headers: str) -> Client:
        self._clients.append(Client(url or self.url, headers, self._trust))
        return self._clients[-1]

    async def raw(self, request: bytes, until: bytes) -> bytes:
        """What is answered to `request` by TLS, as far as `until`."""
        port = int(self.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=self._trust)
        writer.write(request)
        try:
            async with asyncio.timeout(PATIENCE):
                return await reader.readuntil(until)
        finally:
            writer.close()

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def logged(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in self.folder.glob("*.log"))


@asynccontextmanager
async def behind_nginx(folder: Path):
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not binary:
        missing = "nginx is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    make_certificate(folder)
    async with running(
        folder / "data", {"server.proxies": ["127.0.0.1"], "uploads.max_bytes": 100_000}
    ) as app:
        tls, plain = free_port(), free_port()
        conf = CONF.read_text("utf-8")
        conf = re.sub(r"^ *listen \[::\].*\n", "", conf, flags=re.MULTILINE)
        for said, here in (
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{tls} "),
            ("server 127.0.0.1:8080;", f"server 127.0.0.1:{app.port};"),
            (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", f"{folder}/cert.pem"),
            (f"/etc/letsencrypt/live/{NAME}/privkey.pem", f"{folder}/key.pem"),
            ("/var/log/nginx/", f"{folder}/"),
        ):
            assert said in conf
            conf = conf.replace(said, here)
        (folder / "magpie.conf").write_text(conf)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        nginx = await asyncio.create_subprocess_exec(
            binary, "-c", folder / "nginx.conf", "-e", folder / "main.log"
        )
        proxied = Proxied(app, folder, tls, plain)
        try:
            async with asyncio.timeout(PATIENCE):
                while not await answers(tls) and nginx.returncode is None:
                    await asyncio.sleep(0.05)
            assert nginx.returncode is None, proxied.logged()
            yield proxied
        finally:
            proxied.close()
            if nginx.returncode is None:
                nginx.terminate()
            await nginx.wait()


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_people_chat_through_it(tmp_path):
    """Behind nginx pages may call, cookies are bound to the host, a socket is a socket, doubled slashes are
    cleaned, and a file that is too large is refused in words."""
    async with behind_nginx(tmp_path) as proxied:
        browser = proxied.client(Origin=proxied.url)
        await browser.register()
        assert list(browser.cookies) == [f"__Host-im_{browser.user_id}"]
        assert (await browser.post("/contact/loadfriend"))["code"] == 0
        foreign = await proxied.client(Origin="https://evil.example").fetch("/user/login", b"")
        assert envelope(foreign)["code"] == -403
        cleaned = await browser.get("//asset/icons/favicon.svg")
        assert (cleaned.code, cleaned.headers["Location"]) == (301, "/asset/icons/favicon.svg")
        assert (await browser.upload(b"x" * 200_000))["code"] == -413
        handshake = (
            f"GET /chat?id={browser.user_id}&token={browser.token}&v=2 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert b" 101 " in await proxied.raw(handshake.encode(), b'"cmd":3')


async def test_callers_are_who_they_are(tmp_path):
    """What a caller writes about their own address is not believed."""
    async with behind_nginx(tmp_path) as proxied:
        liar = proxied.client(X_Forwarded_For="203.0.113.99", Forwarded="for=203.0.113.98")
        await liar.register()
        [session] = (await liar.post("/user/sessions"))["rows"]
        assert session["ip"] == "127.0.0.1"


async def test_headers_and_sizes(tmp_path):
    """Scripts come compressed, private answers never do, and each answer says once to come by TLS only."""
    async with behind_nginx(tmp_path) as proxied:
        (tmp_path / "app" / "assets").mkdir(parents=True)
        for name in ("main-12345678.js", "main-12345678.js.br"):
            (tmp_path / "app" / "assets" / name).write_bytes(b"x" * 5000)
        proxied.app.site.add_handlers(".*", [(r"/built/(.*)", AssetHandler, {"path": str(tmp_path)})])
        browser = await proxied.client(Accept_Encoding="gzip, br", Host=NAME).register(nickname="x" * 20)
        for path, encoding in (
            ("/built/app/assets/main-12345678.js", "br"),
            ("/asset/icons/favicon.svg", "gzip"),
            ("/user/login.shtml", None),
        ):
            answer = await browser.get(path)
            if encoding:
                assert answer.headers.get("Content-Encoding") == encoding, path
                assert "Accept-Encoding" in answer.headers["Vary"]
            assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"]
        answer = await browser.fetch("/user/sessions", f"userid={browser.user_id}".encode())
        assert envelope(answer)["code"] == 0 and "Content-Encoding" not in answer.headers
        assert "nginx/" not in answer.headers.get("Server", "")


async def test_no_token_in_its_logs(tmp_path):
    """Whatever happens, by plain HTTP or TLS, to a good request or a bad one, with the server there or
    gone: the proxy's logs hold no token."""
    async with behind_nginx(tmp_path) as proxied:
        query = "?id=1&token=SECRET"
        plain = await proxied.client(proxied.plain_url).get(f"/chat/index.shtml{query}")
        assert plain.code == 301
        for path in ("/chat/index.shtml", "//chat", "/nowhere", "/chat"):
            await proxied.client(Referer=f"{proxied.url}/{query}").get(path + query)
        await proxied.client().get(f"/{'x' * 20000}{query}")  # too long for nginx
        too_large = (
            f"POST /attach/upload{query} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {1 << 30}\r\n\r\n"
        )
        assert b" 413 " in await proxied.raw(too_large.encode(), b"\r\n\r\n")
        await proxied.app.stop()
        gone = await proxied.client().get(f"/chat/index.shtml{query}")
        assert gone.code == 502 and gone.headers["Strict-Transport-Security"]
        text = proxied.logged()
        assert "GET /chat/index.shtml 301" in text and "/chat/index.shtml 502" in text
        assert "SECRET" not in text
