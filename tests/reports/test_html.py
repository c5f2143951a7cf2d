"""The page: well-formed, self-contained, escaped, and its counts add up."""

from html.parser import HTMLParser

import pytest

from labelferry.model.findings import KEPT, grouped
from labelferry.model.rules import ShapeRule
from labelferry.pictures import Strip
from labelferry.reports import FailedLine
from labelferry.reports.html import MOST_FAILED, render_html
from labelferry.reports.journal import StepTime, bars
from tests.reports.conftest import HOSTILE, failed, finding, report

VOID = {"meta", "img", "br", "link", "input", "hr"}
LOADS = {"src", "href", "srcset", "action", "data", "poster", "background", "formaction"}


class Page(HTMLParser):
    """A strict reading: every tag is closed in order; keeps tags, what they would load, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[tuple[str, str]] = []
        self.handlers: list[str] = []
        self.cells: list[list[str]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [(tag, value or "") for name, value in attrs if name in LOADS]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "tr":
            self.cells.append([])
        if tag in {"td", "th"}:
            self.cells[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        if "td" in self.open or "th" in self.open:
            self.cells[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


@pytest.fixture
def page(strips: list[Strip]) -> Page:
    return Page(render_html(report(), report().failed_lines, strips))


def test_it_loads_nothing(page: Page, strips: list[Strip]) -> None:
    outside = [(tag, address) for tag, address in page.loads if not address.startswith("data:image/jpeg;base64,")]
    assert outside == [("a", "https://app.labelbox.com/projects/project-1")]
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert "url(" not in render_html(report(), (), strips)
    assert page.tags.count("img") == len(strips)


def test_no_name_becomes_markup(page: Page) -> None:
    assert page.handlers == []
    assert page.tags.count("h1") == 1
    assert "49" not in page.text
    for name in HOSTILE:
        shown = " ".join(name.replace("\0", "\ufffd").replace("\a", "\ufffd").split())
        assert page.text.count(shown) >= 5, name  # row, feature, source, message, finding, plan


def test_every_failed_line_has_its_place_its_class_and_its_remedy(page: Page) -> None:
    for name in HOSTILE[:3]:
        assert [name + ":1", name, name, "Ontology does not contain name: " + name] in page.cells
    assert "fix-ontology (9)" in page.text
    assert "What to do: make the ontology and the label agree" in page.text


def test_a_picture_says_what_it_does_not_show(page: Page) -> None:
    told = "2 lines, 1 of them refused; 1 more not drawn; partly drawn on a plain background: the video could not be "
    assert page.text.count(told) == len(HOSTILE)


def test_the_counts_add_up(page: Page) -> None:
    rows = {
        cells[0]: [int(cell) for cell in cells[1:]]
        for cells in page.cells
        if cells[0] in {"box", "classification", "all"}
    }
    assert rows == {"box": [3, 2, 1, 0, 0], "classification": [2, 0, 0, 1, 1], "all": [5, 2, 1, 1, 1]}
    for lines, *states in rows.values():
        assert lines == sum(states)
    assert "1 of 5 lines refused 2 of 5 lines not known to be imported" in page.text


def test_lines_of_rows_that_are_no_longer_named_are_told_apart() -> None:
    assert "Not included: 5 lines of earlier runs" in Page(render_html(report(accepted=7), (), [])).text


def test_only_so_many_failed_lines_are_listed_and_the_rest_is_said() -> None:
    page = Page(render_html(report(), [failed("a", number) for number in range(MOST_FAILED + 3)], []))
    assert "And 3 more: harbour.csv next to this page has all of them." in page.text
    assert sum(cells[0].startswith("a:") for cells in page.cells) == MOST_FAILED


def test_findings_stand_by_rule_with_their_place_and_remedy(page: Page) -> None:
    for name in HOSTILE[:3]:
        message = f"'{name}' has 1 box without area, first at frame 2"
        assert [f"{name}:3", name, message, ShapeRule.BOX_WITHOUT_AREA.remedy] in page.cells


def test_only_so_many_findings_of_a_rule_are_listed_and_the_rest_is_said() -> None:
    findings = grouped(finding(f"name {number}") for number in range(KEPT + 1204))
    page = Page(render_html(report(findings=findings), (), []))
    assert f"box-without-area warning ({KEPT + 1204})" in page.text
    assert sum("1 box without area" in cell for cells in page.cells for cell in cells) == KEPT
    assert "And 1204 more." in page.text


def test_a_run_without_failures_says_so() -> None:
    text = Page(render_html(report(failed=0, failed_lines=(), findings=(), planned=(), steps=()), (), [])).text
    assert "Failed lines None." in text
    assert "This run has no plan." in text
    assert "Timeline" not in text


def test_unknown_lines_have_a_part_of_their_own() -> None:
    unknown = FailedLine("clip-1", "car", "f:1", "the status file does not list this line", "unlisted", "look at it")
    page = Page(render_html(report(failed=0), (), [], [unknown]))
    assert "Failed lines None. Unknown lines unlisted (1) What to do: look at it." in page.text
    assert ["f:1", "clip-1", "car", "the status file does not list this line"] in page.cells
    assert "2 of 4 lines not known to be imported" in page.text
    assert "Unknown lines" not in Page(render_html(report(), (), [])).text


def test_the_time_line_is_to_scale(page: Page) -> None:
    laid = [(bar.left, bar.width) for bar in bars(report().steps)]
    assert laid == [(0.0, 20.0), (20.0, 10.0), (60.0, 40.0)]
    assert ["import-labels failed", "10:00:02", "10:00:03", "", "1.00"] in page.cells
    moment = StepTime("s", "2026-11-26T10:00:00+00:00", "2026-11-26T10:00:00+00:00")
    assert [(bar.left, bar.width) for bar in bars((moment,))] == [(0.0, 0.0)]
