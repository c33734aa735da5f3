"""What is told to Prometheus, held against the documents and the alert rules."""

import re
from pathlib import Path

import pytest
import yaml

from metrics.names import FAMILIES
from start import VERSION

ROOT = Path(__file__).resolve().parent.parent
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
KINDS = {"docs": {}, "docs/zh": {"counter": "计数", "gauge": "现值", "histogram": "分布"}}


@pytest.mark.parametrize("folder", KINDS)
def test_every_name_is_told(folder):
    """docs/metrics.md has each name once, with its kind and labels, and none that does not exist."""
    told = re.findall(
        r"^\| `(\w+)` \| (\w+) \|((?: `\w+`)*) \|", (ROOT / folder / "metrics.md").read_text("utf-8"), re.M
    )
    kinds = KINDS[folder]
    known = [
        (family.name, kinds.get(family.kind, family.kind), "".join(f" `{label}`" for label in family.labels))
        for family in FAMILIES
    ]
    assert sorted(told) == sorted(known)


def expressions() -> dict[str, str]:
    groups = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


@pytest.mark.parametrize("alert", expressions())
def test_alerts_are_about_what_there_is(alert):
    """An alert rule asks for names and labels that the server tells; it would never fire otherwise."""
    expression = expressions()[alert]
    by_name = {family.name: family for family in FAMILIES}
    for family in FAMILIES:
        if family.kind == "histogram":
            by_name |= {f"{family.name}_{part}": family for part in ("bucket", "sum", "count")}
    asked = re.findall(r"\b((?:magpie|process)_\w+)(?:\{([^}]*)\})?", expression)
    assert asked or expression.startswith("up{")
    for name, matchers in asked:
        assert name in by_name, name
        labels = set(re.findall(r"(\w+)\s*[=!]", matchers))
        assert labels <= {*by_name[name].labels, "le"}, (name, labels)
        assert by_name[name].kind != "histogram" or name != by_name[name].name, name


def test_rules_say_how_urgent_they_are():
    """Each rule has a severity and a sentence for whoever is woken up."""
    for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["summary"].endswith(".")


def test_the_version_is_the_changelogs():
    """What the server says it is has its part in the changelog, the newest."""
    versions = re.findall(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions[0] == VERSION
