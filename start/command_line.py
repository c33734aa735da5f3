"""What is said on the command line."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: The file of settings, unless another one is named.
CONFIG = Path(__file__).resolve().parent.parent / "config.yaml"


@dataclass(frozen=True)
class Options:
    """`config`: the file of settings; `overrides`: settings that go before those in it, by name; `migrate`,
    `new_epoch`, `reindex`: what is to be done instead of serving."""

    config: Path
    overrides: Mapping[str, object]
    migrate: bool
    new_epoch: bool
    reindex: bool


def add_places(parser: argparse.ArgumentParser) -> None:
    """The options that say where the settings and the data are."""
    parser.add_argument(
        "--config",
        type=Path,
        default=CONFIG,
        metavar="FILE",
        help="settings (default: config.yaml beside server.py)",
    )
    parser.add_argument("--data", metavar="DIR", help="directory of the database and the media")


def read() -> Options:
    """Of this process. Ends it with one line, or the help, when there is nothing to go on with."""
    parser = argparse.ArgumentParser(prog="server.py", description="Magpie 鹊桥, a chat server")
    add_places(parser)
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any free one")
    parser.add_argument(
        "--migrate", action="store_true", help="bring the database's schema up to date, and end"
    )
    parser.add_argument(
        "--new-epoch",
        action="store_true",
        help="after restoring a backup: make clients drop what they cached, and end",
    )
    parser.add_argument(
        "--reindex",
        action="store_true",
        help="make the index that messages are found by anew, also while servers are at work, and end",
    )
    said = parser.parse_args()
    given = {"server.port": said.port, "server.data": said.data}
    overrides = {name: value for name, value in given.items() if value is not None}
    return Options(said.config, overrides, said.migrate, said.new_epoch, said.reindex)
