"""The pages that are generated from code are those that the code would write, and miss nothing."""

import re
from pathlib import Path

import pytest

from docs import generate
from docs.generate.checks import FAMILIES, rules
from docs.generate.settings import variables
from labelferry import checks, settings
from labelferry.onboarding.steps.outcomes import OutcomeKind
from labelferry.sources.registry import READERS
from tests.docs.pages import DOCS, ROOT


@pytest.mark.parametrize("page", generate.PAGES)
def test_the_page_is_current(page: str) -> None:
    assert (generate.FOLDER / page).read_text() == generate.text(page), "run make docs"


def test_every_variable_that_is_read_is_on_the_page() -> None:
    source = Path(settings.__file__).read_text()
    read = set(re.findall(r"""(?:env\.get\(|env\[|_whole\(env, )"([A-Z_]+)\"""", source))
    assert read == set(variables())


def test_every_module_of_rules_is_on_the_page() -> None:
    folder = Path(checks.__file__).parent
    raising = {path.stem for path in folder.glob("*.py") if "Raised" in path.read_text()} - {"__init__", "scene"}
    assert raising == {family.__name__.rsplit(".")[-1] for family in FAMILIES}
    assert all(rules(family) for family in FAMILIES)


def test_rules_say_what_is_wrong_and_what_to_do() -> None:
    """A text that could not be read from the source would be one bare name."""
    for family in FAMILIES:
        for rule in rules(family):
            assert re.fullmatch(r"[a-z]+(-[a-z]+)+|confidence", rule.name)
            for text in (rule.what, rule.remedy):
                assert not re.fullmatch(r"<[^<>]*>", text), rule


def test_every_format_is_on_the_page() -> None:
    page = generate.text("spec.md")
    for entry in READERS:
        (name,) = entry.model_fields["format"].annotation.__args__
        assert f"### `format: {name}`" in page
        for field in entry.model_fields:
            assert f"| `{field}` |" in page


def test_every_kind_of_refusal_is_explained() -> None:
    page = (DOCS / "how-to" / "failed-line.md").read_text()
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.M)) == {str(kind) for kind in OutcomeKind}


def test_every_case_beside_the_sdk_was_executed() -> None:
    """The contents of masks are looked into by the checks, which have tests of their own."""
    ran = (ROOT / "tests" / "golden" / "test_sdk_behaviour.py").read_text().upper()
    shown = re.findall(
        r"[WDAES]\d+", "".join(re.findall(r"^\| ([WDAES]\d[^|]*)\|", (DOCS / "sdk.md").read_text(), re.M))
    )
    assert len(shown) == len(set(shown)) == 8 + 13 + 14 + 9 + 5
    assert {case for case in shown if not re.search(rf"(_|\"){case}(_|\"| )", ran)} == {"A5"}
