"""The list of words, and what was reported."""

import argparse

from actions import reports
from actions.services import Services
from admin.commands import Commands, at
from admin.output import Output
from protocol.reports import ListReports


def declare(commands: Commands) -> None:
    commands.add("words", _words, "the list of words as its file says it now, and its refused lines")
    command = commands.add("reports", _reports, "what was reported and is not answered, the latest first")
    command.rows()


async def _words(app: Services, said: argparse.Namespace, out: Output) -> None:
    told = reports.words(app)
    if not told["path"]:
        out.answer(told, "there is no list of words: moderation.words names none")
        return
    lines = [
        f"{told['block']:,} blocked, {told['mask']:,} masked, {told['review']:,} reviewed: {told['path']}"
    ]
    lines += [f"line {fault['line']} is refused: {fault['en']}" for fault in told["faults"]]
    if (more := told["refused"] - len(told["faults"])) > 0:
        lines.append(f"and {more:,} more")
    out.answer(told, *lines)


async def _reports(app: Services, said: argparse.Namespace, out: Output) -> None:
    found, data = await reports.listed(app, 0, ListReports("open", limit=min(said.limit or 100, 100)))
    shown = [
        {
            "id": report.id,
            "at": at(report.createat),
            "by": report.nickname,
            "what": report.what,
            "target": report.target,
            "reporters": report.reporters,
            "reason": report.reason,
        }
        for report in found
    ]
    columns = ("id", "at", "by", "what", "target", "reporters", "reason")
    out.rows(shown, columns, f"{data['open']:,} are open" if data["more"] else "")
