"""The files that a command leaves: ``--json`` and ``--svg``."""

import json

from bench.run.options import Options


def write(options: Options, figures: dict[str, object], drawing: str = "") -> None:
    """Writes those that were asked for."""
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.svg and drawing:
        options.svg.write_text(drawing, encoding="utf-8")
