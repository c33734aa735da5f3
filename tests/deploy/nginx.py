"""deploy/nginx.conf as it is, run by a real nginx in front of real servers."""

import asyncio
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.app import PATIENCE, Client
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
    """Servers behind nginx. `folder` has nginx's logs."""

    def __init__(self, folder: Path, tls: int, plain: int) -> None:
        self.folder = folder
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
async def behind_nginx(folder: Path, ports: Sequence[int]) -> AsyncIterator[Proxied]:
    """nginx in front of servers at these ports; the second is the one that the file has commented out."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not binary:
        missing = "nginx is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    make_certificate(folder)
    tls, plain = free_port(), free_port()
    conf = CONF.read_text("utf-8")
    conf = re.sub(r"^ *listen \[::\].*\n", "", conf, flags=re.MULTILINE)
    changes = [
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{tls} "),
        ("server 127.0.0.1:8080;", f"server 127.0.0.1:{ports[0]};"),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", f"{folder}/cert.pem"),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", f"{folder}/key.pem"),
        ("/var/log/nginx/", f"{folder}/"),
    ]
    if len(ports) > 1:
        changes.append(("# server 127.0.0.1:8081 ", f"server 127.0.0.1:{ports[1]} "))
    for said, here in changes:
        assert said in conf
        conf = conf.replace(said, here)
    (folder / "magpie.conf").write_text(conf)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    nginx = await asyncio.create_subprocess_exec(
        binary, "-c", folder / "nginx.conf", "-e", folder / "main.log"
    )
    proxied = Proxied(folder, tls, plain)
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
