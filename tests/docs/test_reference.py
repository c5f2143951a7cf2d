"""The generated pages are up to date and complete."""

import re
from pathlib import Path

import pytest

from docs import generate
from docs.generate.checks import readable
from docs.generate.settings import variables
from labelferry import settings
from labelferry.ledger import Reason
from labelferry.model.rules import SECTIONS
from labelferry.onboarding.steps.outcomes import OutcomeKind
from labelferry.sources.registry import READERS
from tests.docs.pages import DOCS, ROOT


@pytest.mark.parametrize("page", generate.PAGES)
def test_the_page_is_current(page: str) -> None:
    assert (generate.FOLDER / page).read_text("utf-8") == generate.text(page), "run make docs"


def test_every_variable_that_is_read_is_on_the_page() -> None:
    source = Path(settings.__file__).read_text("utf-8")
    assert set(re.findall(r"\"([A-Z_]+)\"", source)) - set(settings.__all__) == set(variables())


def test_every_rule_is_on_the_page_with_its_words() -> None:
    rows = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in generate.text("checks.md").split("\n")]
    shown = {row[0]: row[1:] for row in rows if len(row) == 4}
    for rule in (rule for section in SECTIONS for rule in section):
        severity, message, remedy = shown[f"`{rule.code}`"]
        assert severity == rule.severity
        assert (message, remedy) == (readable(rule.message), readable(rule.remedy))
        assert not set("{}<>") & set(message)


def test_a_template_is_readable() -> None:
    text = readable("'{feature}' of {other_place} has {count:box|boxes} in {{braces}}, {total:,} in all")
    assert text == "'*feature*' of *other place* has *N* boxes in {braces}, *total* in all"


def test_every_exit_code_is_on_the_page() -> None:
    rows = re.findall(r"^\| `(\d+)` \| ([a-z ]+) \|", generate.text("cli.md"), flags=re.M)
    assert [code for code, _ in rows] == ["0", "1", "2", "3", "4", "130"]
    assert rows[-1][1] == "interrupted"


def test_every_format_is_on_the_page() -> None:
    page = generate.text("spec.md")
    for reader in READERS:
        assert f"### `format: {reader.format}`" in page
        for field in reader.entry.model_fields:
            assert f"| `{field}` |" in page


def test_every_kind_of_refusal_and_every_reason_is_explained() -> None:
    page = (DOCS / "how-to" / "failed-line.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.M)) == {*OutcomeKind, *Reason} - {Reason.BY_ORDER}


def test_every_case_beside_the_sdk_was_executed() -> None:
    """The contents of masks are examined by the checks, which have tests of their own."""
    ran = (ROOT / "tests" / "golden" / "test_sdk_behaviour.py").read_text("utf-8").upper()
    shown = re.findall(
        r"[WDAES]\d+", "".join(re.findall(r"^\| ([WDAES]\d[^|]*)\|", (DOCS / "sdk.md").read_text("utf-8"), re.M))
    )
    assert len(shown) == len(set(shown)) == 8 + 13 + 14 + 9 + 5
    assert {case for case in shown if not re.search(rf"(_|\"){case}(_|\"| )", ran)} == {"A5"}
