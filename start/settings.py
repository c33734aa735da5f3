"""Where the settings come from: `config.yaml`, then environment variables, then the command line; the later
wins."""

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from config import SECTIONS, Config, ConfigError
from start import database_url, environment

_BOOLS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
#: How types are called where a value of another one is refused. What is none of these is a list of texts.
_KINDS: dict[object, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
#: What the command line has a word about. Who says the port there has no use for the platform's.
_PORT = "server.port"

Value = bool | int | float | str | tuple[str, ...]


def load_config(
    path: str | Path | None, env: Mapping[str, str], overrides: Mapping[str, object] = {}
) -> Config:
    """The settings of one process.

    `path`: a YAML file, None for the defaults alone. `env`: usually `os.environ`; see `start.environment`.
    `overrides`: ``{"server.port": 8080}``, the strongest. Raises `ConfigError`.
    """
    values: dict[str, dict[str, Value]] = {section: {} for section in SECTIONS}
    for section, key, value in _from_file(path):
        values[section][key] = value
    for (section, key), (name, text) in read_environment(env, overrides).texts.items():
        part = _setting(section, key, name)
        values[section][key] = _checked(name, part, _from_text(name, part, text))
    for name, override in overrides.items():
        section, _, key = name.partition(".")
        values[section][key] = _checked(name, _setting(section, key, name), override)
    if url := values["database"].get("url"):
        database_url.check(str(url))
    return Config(**{section: SECTIONS[section](**given) for section, given in values.items()})


def read_environment(env: Mapping[str, str], overrides: Mapping[str, object] = {}) -> environment.Found:
    """What `load_config` takes from `env`, and the remarks about the rest."""
    settings = {(section, part.name) for section in SECTIONS for part in fields(SECTIONS[section])}
    if _PORT in overrides:
        env = {name: text for name, text in env.items() if name != "PORT"}
    return environment.read(env, settings)


def _from_file(path: str | Path | None) -> Iterator[tuple[str, str, Value]]:
    if path is None:
        return
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except yaml.MarkedYAMLError as error:  # the line itself stays unsaid: there may be a password in it
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError(f"{path}{where}: {' '.join(said.split())}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from None
    for section, keys in _mapping(content, str(path)).items():
        if section not in SECTIONS:
            raise ConfigError(f"{path}: unknown section {section!r}{_meant(section, SECTIONS)}")
        for key, value in _mapping(keys, f"{path}: {section}").items():
            name = f"{path}: {section}.{key}"
            yield section, key, _checked(name, _setting(section, key, name), value)


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key given twice, of which PyYAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is given twice", key_node.start_mark
                )
            seen.add(str(key))
        return super().construct_mapping(node, deep)


def _mapping(value: object, name: str) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{name}: expected keys with values, got {type(value).__name__}")
    return {str(key): under for key, under in value.items()}


def _setting(section: str, key: str, name: str) -> Field[Any]:
    if section not in SECTIONS:
        raise ConfigError(f"{name}: unknown section{_meant(section, SECTIONS)}")
    by_name = {part.name: part for part in fields(SECTIONS[section])}
    if key not in by_name:
        raise ConfigError(f"{name}: unknown setting{_meant(key, by_name)}")
    return by_name[key]


def _meant(word: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _from_text(name: str, part: Field[Any], text: str) -> object:
    """The value that an environment variable's text stands for."""
    if part.type is bool:
        if text.strip().lower() not in _BOOLS:
            raise ConfigError(f"{name}: expected true or false, got {text!r}")
        return _BOOLS[text.strip().lower()]
    if part.type in (int, float):
        try:
            return part.type(text)
        except ValueError:
            raise ConfigError(f"{name}: expected {_kind(part)}, got {text!r}") from None
    if part.type is str:
        return text
    return [item.strip() for item in text.split(",") if item.strip()]


def _kind(part: Field[Any]) -> str:
    return _KINDS.get(part.type, "a list of texts")


def _checked(name: str, part: Field[Any], value: object) -> Value:
    """`value` in the setting's own type, or `ConfigError`."""
    shown = "a value that is not shown" if not part.repr else repr(value)
    wrong = ConfigError(f"{name}: expected {_kind(part)}, got {shown}")
    if part.type is float and type(value) is int:
        value = float(value)
    if part.type not in _KINDS:
        if not isinstance(value, list | tuple) or not all(type(item) is str for item in value):
            raise wrong
        return tuple(value)
    if type(value) is not part.type or not isinstance(value, bool | int | float | str):
        raise wrong
    limits = part.metadata
    if "choices" in limits and value not in limits["choices"]:
        raise ConfigError(f"{name}: expected one of {', '.join(limits['choices'])}, got {shown}")
    if "low" in limits and isinstance(value, int | float):
        low, high = limits["low"], limits["high"]
        if not (math.isfinite(value) and low <= value <= high):
            raise ConfigError(f"{name}: expected {_plain(low)} … {_plain(high)}, got {shown}")
    return value


def _plain(number: float) -> str:
    """Without an exponent: 0.000001, 1000000."""
    return f"{number:f}".rstrip("0").rstrip(".")
