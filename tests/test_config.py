"""Settings: the file, the environment, the command line, and what is said about a wrong one."""

import re
from pathlib import Path

import pytest
import yaml

from config import SECTIONS, Config, ConfigError
from start.environment import env_name
from start.settings import load_config
from tests.process import run_afresh

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "config.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


def test_shipped_file_says_the_defaults():
    """The settings file that is shipped changes nothing: it shows what holds without it."""
    assert load_config(SHIPPED, {}) == Config()


def test_shipped_file_explains_every_key():
    """Whoever opens config.yaml finds every setting there, and a comment at it or at its group."""
    shown = yaml.safe_load(SHIPPED.read_text("utf-8"))
    assert {section: list(keys) for section, keys in shown.items()} == {
        section: list(part.__dataclass_fields__) for section, part in SECTIONS.items()
    }


def test_environment_beats_file_and_command_line_beats_both(tmp_path):
    """An environment variable overrides the file, and an option overrides the variable."""
    path = write(tmp_path, "server: {port: 1001, host: 0.0.0.0, data: here}")
    env = {"MAGPIE_SERVER_PORT": "1002", "MAGPIE_SERVER_DATA": "there", "PATH": "/bin"}
    config = load_config(path, env, {"server.port": 1003})
    assert (config.server.host, config.server.data, config.server.port) == ("0.0.0.0", "there", 1003)


@pytest.mark.parametrize(
    "text, value", [("false", False), ("0", False), ("No", False), ("true", True), ("on", True)]
)
def test_switches_in_the_environment(text, value):
    """A switch may be written true, yes, on or 1, and the opposites."""
    assert load_config(None, {"MAGPIE_LIMITS_ENABLED": text}).limits.enabled is value


def test_lists_in_the_environment_are_comma_separated():
    """Several origins fit into one variable, an empty one means none."""
    config = load_config(
        None, {"MAGPIE_AUTH_ORIGINS": "https://a.example, http://b.example:8080", "MAGPIE_SERVER_PROXIES": ""}
    )
    assert config.auth.origins == ("https://a.example", "http://b.example:8080")
    assert config.server.proxies == ()


def test_whole_number_stands_for_a_fraction(tmp_path):
    """`login_rate: 1` is as good as 1.0."""
    assert load_config(write(tmp_path, "limits: {login_rate: 1}"), {}).limits.login_rate == 1.0


def test_data_directory_holds_the_database():
    """Without a database URL the rows live in the data directory."""
    config = load_config(None, {"MAGPIE_SERVER_DATA": "/srv/magpie"})
    assert config.database_url == "sqlite:////srv/magpie/magpie.db"
    assert load_config(None, {"MAGPIE_DATABASE_URL": "mysql://u:p@h/d"}).database_url == "mysql://u:p@h/d"


WRONG_FILES = [
    ("sever: {port: 1}", "unknown section 'sever' (did you mean server?)"),
    ("server: {prot: 1}", "server.prot: unknown setting (did you mean port?)"),
    ("server: {port: '8080'}", "server.port: expected a whole number, got '8080'"),
    ("server: {port: true}", "server.port: expected a whole number, got True"),
    ("server: {port: 8080.5}", "server.port: expected a whole number, got 8080.5"),
    ("server: {port: 70000}", "server.port: expected 0 … 65535, got 70000"),
    ("server: {port: }", "server.port: expected a whole number, got None"),
    ("server: {drain_seconds: 60}", "server.drain_seconds: expected 0 … 9, got 60"),
    ("server: {drain_seconds: .nan}", "server.drain_seconds: expected 0 … 9, got nan"),
    (
        "server: {log_level: loud}",
        "server.log_level: expected one of debug, info, warning, error, got 'loud'",
    ),
    ("server: {host: 5}", "server.host: expected text, got 5"),
    ("server: {proxies: 10.0.0.1}", "server.proxies: expected a list of texts, got '10.0.0.1'"),
    ("server: {proxies: [nginx]}", "server.proxies: 'nginx' is neither an address nor a network"),
    ("server: {data: ''}", "server.data: expected a directory"),
    ("server: {tls_cert: a.pem}", "server.tls_cert and server.tls_key: give both or neither"),
    ("limits: {enabled: 'no, thanks'}", "limits.enabled: expected true or false, got 'no, thanks'"),
    ("limits: {login_rate: 0}", "limits.login_rate: expected 0.000001 … 1000000, got 0"),
    ("limits: {login_burst: 0}", "limits.login_burst: expected 1 … 1000000, got 0"),
    ("auth: {origins: [example.com]}", "auth.origins: 'example.com' is not of the form https://host[:port]"),
    ("auth: {origins: ['https://a.example/chat']}", "auth.origins: 'https://a.example/chat' is not of the"),
    ("auth: {origins: ['https://*.example']}", "auth.origins: 'https://*.example' is not of the form"),
    ("auth: {origins: ['https://']}", "auth.origins: 'https://' is not of the form"),
    ("storage: {backend: s3}", "storage.backend: expected one of local, oss, got 's3'"),
    ("storage: {backend: oss}", "storage.oss_endpoint: needed when storage.backend is oss"),
    (
        "storage: {oss_key_secret: 12345}",
        "storage.oss_key_secret: expected text, got a value that is not shown",
    ),
    (
        "database: {url: 'oracle://u:hidden@h/d'}",
        "database.url: expected sqlite://, mysql:// or postgresql://",
    ),
    ("hub: {ping_interval: 10}", "hub.ping_timeout: may not be longer than hub.ping_interval"),
    ("metrics: {port: 70000}", "metrics.port: expected 0 … 65535, got 70000"),
    ("metrics: {token: '12345'}", "metrics.token: expected 16 characters or more of letters, digits and"),
    ("metrics: {token: 'hidden and with spaces'}", "metrics.token: expected 16 characters or more"),
    ("metrics: {token: 1234567890123456}", "metrics.token: expected text, got a value that is not shown"),
    ("limits: {message_rate: 500}", "limits.frame_rate: may not be lower than limits.message_rate"),
    ("server: {port: 1, port: 2}", "port is given twice"),
    ("server: 5", "server: expected keys with values, got int"),
    ("- server", "expected keys with values"),
    ("server: {port", "while parsing a flow mapping"),
]


@pytest.mark.parametrize("text, line", WRONG_FILES)
def test_wrong_file_is_named(tmp_path, text, line):
    """A mistake in the file is answered by one line that names the file and the setting."""
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    said = str(caught.value)
    assert line in said and "\n" not in said
    assert "hidden" not in said and "12345" not in said


WRONG_VARIABLES = [
    (
        "MAGPIE_LIMIT_ENABLED",
        "false",
        "MAGPIE_LIMIT_ENABLED: unknown setting (did you mean MAGPIE_LIMITS_ENABLED?)",
    ),
    ("MAGPIE_SERVER_PROT", "1", "MAGPIE_SERVER_PROT: unknown setting (did you mean MAGPIE_SERVER_PORT?)"),
    ("MAGPIE_SERVER_PORT", "eighty", "MAGPIE_SERVER_PORT: expected a whole number, got 'eighty'"),
    ("MAGPIE_SERVER_PORT", "-1", "MAGPIE_SERVER_PORT: expected 0 … 65535, got -1"),
    ("MAGPIE_LIMITS_LOGIN_RATE", "inf", "MAGPIE_LIMITS_LOGIN_RATE: expected 0.000001 … 1000000, got inf"),
    ("MAGPIE_LIMITS_ENABLED", "maybe", "MAGPIE_LIMITS_ENABLED: expected true or false, got 'maybe'"),
    ("MAGPIE_AUTH_ORIGINS", "chat.example.com", "auth.origins: 'chat.example.com' is not of the form"),
]


@pytest.mark.parametrize("name, value, line", WRONG_VARIABLES)
def test_wrong_variable_is_named(name, value, line):
    """A mistake in an environment variable is answered by one line that names the variable."""
    with pytest.raises(ConfigError) as caught:
        load_config(None, {name: value})
    assert line in str(caught.value)


def test_every_setting_has_a_variable():
    """Whatever the file can say, the environment can say too."""
    for section, part in SECTIONS.items():
        for key, described in part.__dataclass_fields__.items():
            default = described.default
            text = ",".join(default) if isinstance(default, tuple) else str(default)
            config = load_config(None, {env_name(section, key): text})
            assert getattr(getattr(config, section), key) == default


def test_missing_file_is_named(tmp_path):
    """A settings file that is not there is named."""
    with pytest.raises(ConfigError, match="nowhere.yaml: No such file"):
        load_config(tmp_path / "nowhere.yaml", {})


@pytest.mark.parametrize(
    "arguments, env, line",
    [
        ([], {"MAGPIE_SERVER_PORT": "x"}, "magpie: MAGPIE_SERVER_PORT: expected a whole number, got 'x'\n"),
        (["--config", "/nowhere.yaml"], {}, "magpie: /nowhere.yaml: No such file or directory\n"),
        (["--port", "99999"], {}, "magpie: server.port: expected 0 … 65535, got 99999\n"),
    ],
)
def test_start_is_refused_with_one_line(arguments, env, line):
    """`python server.py` with a wrong setting prints one line, no traceback, and exits with 2."""
    assert run_afresh(*arguments, **env) == (2, "", line)


def test_secrets_are_not_shown():
    """A printed configuration shows neither the database's password nor the bucket's key, nor a token."""
    shown = repr(
        load_config(
            None,
            {
                "MAGPIE_DATABASE_URL": "mysql://u:hidden@h/d",
                "MAGPIE_STORAGE_OSS_KEY_SECRET": "hidden",
                "MAGPIE_METRICS_TOKEN": "hidden-0123456789",
            },
        )
    )
    assert "hidden" not in shown


def test_every_setting_is_documented():
    """docs/settings.md lists every key with its variable and its true default, and none that does not
    exist."""
    told = re.findall(
        r"^\| `(\w+)` \| `(MAGPIE_\w+)` \| (.+?) \| ",
        (ROOT / "docs" / "settings.md").read_text("utf-8"),
        re.M,
    )
    known = []
    for section, part in SECTIONS.items():
        for key, described in part.__dataclass_fields__.items():
            known.append((key, env_name(section, key), shown(described.default)))
    assert told == known


def shown(default: object) -> str:
    """A default as the table shows it."""
    if default in ("", ()):
        return "none" if default == () else "empty"
    if isinstance(default, tuple):
        return f"`{', '.join(default)}`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
