"""deploy/Caddyfile, run by a real Caddy in front of a real server, without TLS: it fetches no certificate
here."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.app import PATIENCE, Client, running
from tests.deploy.nginx import answers
from tests.servers import free_port

CONF = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"


async def test_people_chat_through_it(tmp_path):
    """Behind Caddy pages may call and sockets open, a caller's word about their own address is not
    believed, and its log holds no token, also when the server is gone."""
    binary = shutil.which("caddy")
    if not binary:
        missing = "caddy is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    port = free_port()
    async with running(tmp_path / "data", {"server.proxies": ["127.0.0.1"]}) as app:
        conf = CONF.read_text("utf-8").replace("chat.example.com {", f"http://127.0.0.1:{port} {{")
        conf = conf.replace("127.0.0.1:8080", f"127.0.0.1:{app.port}").replace("{\n", "{\n\tadmin off\n", 1)
        (tmp_path / "Caddyfile").write_text(conf)
        with (tmp_path / "caddy.log").open("wb") as log:
            caddy = await asyncio.create_subprocess_exec(
                *(binary, "run", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"),
                stderr=log,
                env={**os.environ, "HOME": str(tmp_path)},
            )
        url = f"http://127.0.0.1:{port}"
        client = Client(
            url, {"Origin": url, "X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.8"}
        )
        try:
            async with asyncio.timeout(PATIENCE):
                while not await answers(port) and caddy.returncode is None:
                    await asyncio.sleep(0.05)
            await client.register()
            [session] = (await client.post("/user/sessions"))["rows"]
            assert session["ip"] == "127.0.0.1"
            async with client.socket():
                pass
            path = f"/chat/index.shtml?id={client.user_id}&token={client.token}"
            await client.get(path, Referer=url + path)
            await app.stop()
            assert (await client.get(path)).code == 502
        finally:
            client.close()
            if caddy.returncode is None:
                caddy.terminate()
            await caddy.wait()
        text = (tmp_path / "caddy.log").read_text("utf-8")
        assert "/chat/index.shtml" in text and '"status":502' in text
        assert client.token not in text
