"""Each kind of onboarding, undone: the state is that of before, but for what the undo says that it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from labelferry.errors import PartialFailureError
from labelferry.onboarding.undoing.records import Irreversible, Undo
from labelferry.onboarding.undoing.run import undo_onboarding
from labelferry.reports import Report
from tests.faults.streets import SPEC, box
from tests.faults.world import normalised
from tests.integration.onboarding.yard import Yard

TREE = {"tools": [{"tool": "rectangle", "name": "car", "classifications": []}], "classifications": []}
LINES = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]
MANIFEST = "global_key,row_data,metadata.tag,attachments\n" + "".join(
    f'street-{n},https://example.com/{n}.mp4,rain,"[{{""type"": ""RAW_TEXT"", ""value"": ""at {n}""}}]"\n'
    for n in (1, 2)
)
TRUTH = "ground-truth"
Deed = Callable[[Yard], None]


def nothing(_: Yard) -> None:
    """Leave it as it is."""


@dataclass(frozen=True)
class Kind:
    """A kind of onboarding: the world before it, its runs, what the undo says it leaves, and in which tables."""

    runs: Deed
    before: Deed = nothing
    left: frozenset[Irreversible] = frozenset()
    tables: tuple[str, ...] = ()


def run(yard: Yard) -> None:
    done = yard.run()
    assert isinstance(done, Report), done


def once(lines: list[dict[str, Any]], *imported_as: str, **changes: Any) -> Deed:
    def runs(yard: Yard) -> None:
        yard.write(lines, *imported_as, **changes)
        run(yard)

    return runs


def in_turn(*deeds: Deed) -> Deed:
    def runs(yard: Yard) -> None:
        for deed in deeds:
            deed(yard)

    return runs


def refused_then_corrected(yard: Yard) -> None:
    """A line is refused, sent again as it is, and corrected."""
    wrong = {"dataRow": {"globalKey": "street-2"}, "schemaId": "cm9unknownschema000000000"}
    yard.write([*LINES[:2], {**LINES[2], **wrong}], TRUTH)
    assert isinstance(yard.run(), PartialFailureError)
    assert isinstance(yard.run(retry=True), PartialFailureError)
    once(LINES, TRUTH)(yard)


def resources(yard: Yard) -> None:
    """A dataset, an ontology, and a project connected to it, which existed before."""
    yard.client.datasets.create("Streets")
    ontology = yard.client.ontologies.create("Streets", TREE).id
    yard.client.projects.connect_ontology(yard.client.projects.create("Streets").id, ontology)


def rows(yard: Yard) -> None:
    row = {"global_key": "street-1", "row_data": "https://example.com/theirs.mp4", "external_id": "one"}
    yard.client.data_rows.create(yard.client.datasets.create("Cameras").id, [row])


def rows_without_keys(yard: Yard) -> None:
    rows(yard)
    yard.change(lambda state: [row.update(global_key=None) for row in state["data_rows"]])


EXISTING = SPEC.replace("dataset: Streets\n", "").replace("videos: videos.csv", "videos: {dataset: Cameras}")
ASSIGNED = EXISTING.replace("{dataset: Cameras}", "{dataset: Cameras, match: external_id, assign: external_id}")
KINDS: dict[str, Kind] = {
    "pre-labels in two batches": Kind(in_turn(once(LINES[:2]), once(LINES))),
    "ground truth in two batches": Kind(in_turn(once(LINES[:2], TRUTH), once(LINES, TRUTH))),
    "pre-labels that changed": Kind(in_turn(once(LINES), once([*LINES[:2], box("street-2", 9)], on_changed="replace"))),
    "ground truth a second time": Kind(
        in_turn(once(LINES, TRUTH), once([*LINES, box("street-1", 9)], TRUTH, on_labelled="add"))
    ),
    "lines that were refused, sent again and corrected": Kind(refused_then_corrected),
    "rows with metadata and attachments": Kind(once(LINES, manifest=MANIFEST)),
    "resources that exist, pre-labels": Kind(once(LINES), resources),
    "resources that exist, ground truth": Kind(
        once(LINES, TRUTH), resources, frozenset({Irreversible.IMPORT_RECORDS}), ("imports",)
    ),
    "rows that exist": Kind(once(LINES[:2], spec=EXISTING), rows),
    "rows that get a key": Kind(
        once([box("one", 1)], spec=ASSIGNED), rows_without_keys, frozenset({Irreversible.UPDATED_ROWS}), ("data_rows",)
    ),
    "rows that are updated": Kind(
        once(LINES, on_existing="update"), rows, frozenset({Irreversible.UPDATED_ROWS}), ("data_rows",)
    ),
    "a second version of an ontology": Kind(
        in_turn(
            once(LINES),
            once(
                LINES,
                ontology="tools:\n  - {tool: BBOX, name: car}\n  - {tool: POINT, name: tip}\n",
                on_ontology_change="new-version",
            ),
        )
    ),
}


SAMPLE = ("ground truth a second time", "resources that exist, ground truth", "rows that get a key")
ROUNDS = [*((name, 1) for name in SAMPLE), *(pytest.param(name, 2, marks=pytest.mark.full) for name in KINDS)]


@pytest.mark.parametrize(("name", "rounds"), ROUNDS)
def test_after_an_undo_all_is_as_before(name: str, rounds: int, yard: Yard) -> None:
    kind, left = KINDS[name], set[Irreversible]()
    kind.before(yard)
    before = normalised(yard.localbox.state())
    for _ in range(rounds):
        kind.runs(yard)
        found = undone(yard)
        left |= found.left.keys()
        after = normalised(yard.localbox.state())
        assert {table for table in before if after[table] != before[table]} == set(kind.tables), found.to_dict()
    assert left - {Irreversible.KEYS} == kind.left
    assert undone(yard).left == {}


def undone(yard: Yard) -> Undo:
    with yard.onboarding() as onboarding:
        return undo_onboarding(onboarding, yard.remote, 0, lambda _: True)
