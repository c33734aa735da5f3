"""One command from its words to its exit code.

Exit codes: 0 done · 1 refused by a rule, or there is no such thing · 2 the command line or the settings are
wrong · 3 there is no database, it does not answer, or it waits for ``--migrate``.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import server
from actions.recovery import tell_servers
from actions.services import Services
from admin import accounts, audit, groups, roles, sessions, users, wallet, words
from admin.commands import Command, Commands, Effect
from admin.output import Output
from config import Config, ConfigError
from protocol.errors import BadArgument, Refusal, TryAgain
from start import StartError
from start.settings import load_config

DONE, REFUSED, MISTAKEN, AWAY = 0, 1, 2, 3

#: Each subject with its commands, in the order in which help shows them.
SUBJECTS = (users, roles, sessions, groups, accounts, wallet, words, audit)


def all_commands() -> Commands:
    commands = Commands()
    for subject in SUBJECTS:
        subject.declare(commands)
    return commands


def main(arguments: Sequence[str]) -> int:
    """Runs the command that is meant; its exit code."""
    said = all_commands().parser.parse_args(arguments)
    out = Output(said.json)
    logging.basicConfig(level=logging.ERROR, format="magpie: %(message)s")
    try:
        overrides = {"server.data": said.data} if said.data else {}
        config = load_config(said.config, os.environ, overrides)
        _find_database(config)
        return asyncio.run(_run(config, said, out))
    except ConfigError as error:
        return _fail(out, MISTAKEN, str(error))
    except StartError as error:
        return _fail(out, AWAY, str(error))
    except TryAgain as refusal:
        return _fail(out, AWAY, refusal.en, refusal)
    except BadArgument as refusal:
        return _fail(out, MISTAKEN, refusal.en, refusal)
    except Refusal as refusal:
        return _fail(out, REFUSED, refusal.en, refusal)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


async def _run(config: Config, said: argparse.Namespace, out: Output) -> int:
    command: Command = said.command
    app = server.make_services(config, serves=False)
    try:
        try:
            await command.verb(app, said, out)
        except TryAgain:  # nobody knows what was done
            await _tell(app, command.effect)
            raise
        await _tell(app, command.effect)
    finally:
        await server.close_services(app)
    return DONE


async def _tell(app: Services, effect: Effect) -> None:
    """Servers that run beside it look about once a second, and read again what has changed."""
    if effect is not Effect.NOTHING:
        await tell_servers(app, effect is Effect.CLIENTS)


def _find_database(config: Config) -> None:
    """A command makes no database where there is none: it was started in the wrong place."""
    if not config.database_url.startswith("sqlite:///"):
        return
    file = Path(config.database_url.removeprefix("sqlite:///"))
    try:
        owner = file.stat().st_uid
    except OSError as error:
        raise StartError(f"no database at {file}: {error.strerror}; --data says where it is") from None
    if os.geteuid() not in (0, owner):
        raise StartError(f"{file} belongs to user {owner}: run the command as that user")


def _fail(out: Output, code: int, text: str, refusal: Refusal | None = None) -> int:
    if out.as_json:
        told: dict[str, object] = {"code": refusal.code if refusal else -1, "msg": text}
        out.answer({**told, "data": refusal.data} if refusal and refusal.data else told)
    out.remark(f"magpie: {text}")
    return code
