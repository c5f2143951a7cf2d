"""What an onboarding created is removed, and nothing of anybody else's."""

from collections.abc import Callable

import pytest

from labelferry.errors import LabelferryError
from labelferry.onboarding.undoing.records import Fate, KeepReason, Undo, Undoable
from labelferry.onboarding.undoing.run import undo_onboarding
from labelferry.reports import Report
from tests.faults.streets import box
from tests.faults.world import normalised
from tests.integration.onboarding.yard import Yard

LINES = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]


def undone(yard: Yard, decide: Callable[[Undo], bool] = lambda _: True) -> Undo:
    """Undo what the files describe."""
    with yard.onboarding() as onboarding:
        return undo_onboarding(onboarding, yard.remote, 0, decide)


def state(yard: Yard) -> dict[str, list[str]]:
    """What localbox keeps, without ids and times."""
    return normalised(yard.localbox.state())


def onboarded(yard: Yard) -> Report:
    report = yard.run()
    assert not isinstance(report, LabelferryError), report
    return report


def fates(found: Undo) -> list[tuple[Undoable, Fate, KeepReason | None]]:
    return [(step.kind, step.fate, step.reason) for step in found.steps]


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_nothing_is_left_and_a_second_onboarding_starts_clean(imported_as: str, yard: Yard) -> None:
    yard.write(LINES, imported_as)
    before = state(yard)
    onboarded(yard)
    first = state(yard)
    found = undone(yard)
    assert found.done
    assert {fate for _, fate, _ in fates(found)} == {Fate.DELETE}
    assert state(yard) == before
    assert undone(yard).steps == ()
    assert onboarded(yard).sent == len(LINES)
    again = state(yard)
    assert {name: len(rows) for name, rows in again.items()} == {name: len(rows) for name, rows in first.items()}
