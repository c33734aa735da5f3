"""Whose environment variables change the server, and whose don't."""

import pytest

from config import ConfigError
from start.settings import load_config, read_environment
from tests.process import process, run


def settings(**env: str):
    return load_config(None, env)


def test_old_names_are_still_read():
    """An installation that was set up with IM_… variables goes on as it was, and the log says the new
    names."""
    env = {"IM_SERVER_PORT": "1001", "IM_AUTH_ORIGINS": "https://a.example"}
    config = load_config(None, env)
    assert (config.server.port, config.auth.origins) == (1001, ("https://a.example",))
    assert "IM_SERVER_PORT is the old name of MAGPIE_SERVER_PORT" in read_environment(env).remarks


def test_new_name_wins():
    """Who sets both names gets what stands under the new one."""
    assert settings(IM_SERVER_PORT="1001", MAGPIE_SERVER_PORT="1002").server.port == 1002
    assert settings(IM_SERVER_PORT="1001", MAGPIE_SERVER_PORT="").server.port == 1001


@pytest.mark.parametrize(
    "name", ["MAGPIE_SERVER_PORT", "MAGPIE_LIMITS_ENABLED", "MAGPIE_SERVER_PROXIES", "PORT"]
)
@pytest.mark.parametrize("text", ["", "  "])
def test_empty_is_not_set(name, text):
    """A variable that a compose file passes on empty leaves the setting as it was."""
    assert load_config(None, {name: text}) == load_config(None, {})


#: By whom: the variables they set, of which none is meant for us.
OTHERS = {
    "Debian's input methods": {"IM_CONFIG_PHASE": "1", "IM_CONFIG_CHECK_ENV": "1"},
    "ImageMagick's users": {"IM_HOME": "/opt/im", "IM_6": "1"},
    **{
        f"Kubernetes, Service {service}": {
            f"{name}_SERVICE_HOST": "10.43.7.9",
            f"{name}_SERVICE_PORT": "8080",
            f"{name}_SERVICE_PORT_HTTP": "8080",
            f"{name}_PORT": "tcp://10.43.7.9:8080",
            f"{name}_PORT_8080_TCP": "tcp://10.43.7.9:8080",
            f"{name}_PORT_8080_TCP_ADDR": "10.43.7.9",
            f"{name}_PORT_8080_TCP_PORT": "8080",
            f"{name}_PORT_8080_TCP_PROTO": "tcp",
            f"{name}_PORT_5353_UDP": "udp://10.43.7.9:5353",
        }
        for service in ("im", "im-server", "magpie", "magpie-server", "magpie-web", "magpie-database")
        for name in [service.upper().replace("-", "_")]
    },
    "Docker's links": {
        "MAGPIE_NAME": "/web/magpie",
        "MAGPIE_ENV_PYTHON_VERSION": "3.11.9",
        "MAGPIE_PORT": "tcp://172.17.0.5:8080",
    },
}


@pytest.mark.parametrize("env", OTHERS.values(), ids=OTHERS)
def test_variables_of_others_change_nothing(env):
    """The server starts as it would without what desktops, clusters and containers put into its
    environment."""
    assert load_config(None, env) == load_config(None, {})


async def test_a_server_starts_in_all_of_them(tmp_path):
    """With all of that together a real server starts, where it was told to, and complains of nothing."""
    everything = {name: text for env in OTHERS.values() for name, text in env.items()}
    async with process(tmp_path / "data", **everything, MAGPIE_SERVER_HOST="127.0.0.1") as server:
        assert (await server.client().get("/healthz")).code == 200
        assert await server.stop() == 0
        assert " WARNING " not in server.logged() and "IM_CONFIG_PHASE is no setting" in server.logged()


@pytest.mark.parametrize(
    "name, meant",
    [
        ("MAGPIE_SERVER_PROT", " (did you mean MAGPIE_SERVER_PORT?)"),
        ("MAGPIE_LIMIT_ENABLED", " (did you mean MAGPIE_LIMITS_ENABLED?)"),
        ("MAGPIE_SERVER_PORTS_8080", ""),
        ("MAGPIE_", ""),
    ],
)
def test_a_mistake_in_our_own_is_told(name, meant):
    """A variable that can only be meant for us and is no setting stops the start."""
    with pytest.raises(ConfigError, match=f"^{name}: unknown setting"):
        load_config(None, {name: "1"})
    assert run(**{name: "1"})[2].startswith(f"magpie: {name}: unknown setting{meant}")


@pytest.mark.parametrize("text", ["http", "80 80", "8080x"])
def test_a_wrong_value_is_told_with_its_name(text):
    """What is no port and no service's address either is refused, under the name that was used."""
    for name in ("MAGPIE_SERVER_PORT", "IM_SERVER_PORT"):
        with pytest.raises(ConfigError, match=f"^{name}: expected a whole number"):
            load_config(None, {name: text})


def test_port_of_a_platform():
    """Heroku, Railway, Render and Cloud Run say by PORT where they look for a server, from another
    machine."""
    config = settings(PORT="5000")
    assert (config.server.host, config.server.port) == ("0.0.0.0", 5000)


@pytest.mark.parametrize(
    "env, overrides, place",
    [
        ({"PORT": "5000", "MAGPIE_SERVER_PORT": "6000"}, {}, ("127.0.0.1", 6000)),
        ({"PORT": "5000", "MAGPIE_SERVER_HOST": "127.0.0.1"}, {}, ("127.0.0.1", 5000)),
        ({"PORT": "5000"}, {"server.port": 7000}, ("127.0.0.1", 7000)),
        ({"PORT": "tcp://10.0.0.1:80"}, {}, ("127.0.0.1", 8080)),
        ({"PORT": "0"}, {}, ("127.0.0.1", 8080)),
        ({"PORT": "70000"}, {}, ("127.0.0.1", 8080)),
        ({"PORT": "/dev/ttyUSB0"}, {}, ("127.0.0.1", 8080)),
    ],
)
def test_port_of_a_platform_is_the_weakest_word(env, overrides, place):
    """Our own settings and the command line are stronger, and what is no port is somebody else's variable."""
    config = load_config(None, env, overrides)
    assert (config.server.host, config.server.port) == place


def test_database_of_a_platform_is_not_taken_unasked():
    """A DATABASE_URL that belongs to another application on the machine is left alone, and the log says how
    to take it."""
    env = {"DATABASE_URL": "postgres://u:hidden@h/d"}
    assert load_config(None, env) == load_config(None, {})
    assert read_environment(env).remarks == ["DATABASE_URL is not read; MAGPIE_DATABASE_URL is"]
    assert settings(MAGPIE_DATABASE_URL=env["DATABASE_URL"]).database_url == "postgresql://u:hidden@h/d"
