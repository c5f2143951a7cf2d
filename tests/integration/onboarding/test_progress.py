"""What an onboarding says while it works: each step, and how far it is."""

from labelferry.onboarding.steps.data_rows import create_data_rows, look_up_rows
from labelferry.onboarding.verify import verify
from labelferry.progress import watching
from tests.faults.streets import box
from tests.integration.onboarding.test_data_rows import in_project
from tests.integration.onboarding.yard import Yard

Heard = list[tuple[str, int, int | None]]


def test_every_step_is_announced(yard: Yard) -> None:
    yard.write([box("street-1", 1), box("street-1", 2), box("street-2", 3)], "ground-truth")
    heard: Heard = []
    with watching(lambda *what: heard.append(what)):
        yard.run()
    steps = [each for each in heard if not each[0].startswith(("reading", "checking"))]
    assert steps == [
        ("data rows", 0, 2),
        ("data rows", 1, 2),
        ("ontology", 0, None),
        ("project", 0, None),
        ("rows into the project", 0, 2),
        ("sending lines", 0, 3),
        ("waiting for import jobs", 0, 1),
    ]
    heard.clear()
    with yard.onboarding() as onboarding, watching(lambda *what: heard.append(what)):
        verify(onboarding, "here")
    assert heard == [("reading labels back", 1, 2), ("reading labels back", 2, 2)]


def test_labels_that_appear_late_are_waited_for(yard: Yard) -> None:
    yard.write([box("street-1", 1)], "ground-truth")
    yard.localbox.control("POST", "exports", {"labels_after": 2})
    yard.run()
    heard: Heard = []
    with yard.onboarding() as onboarding, watching(lambda *what: heard.append(what)):
        assert verify(onboarding, "here").totals["equal"] == 1
    assert ("waiting for labels to appear", 0, None) in heard


def test_rows_that_a_look_up_does_not_show_are_looked_for_again(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        in_project(onboarding)
        yard.turn(rows_shown_after=1)
        heard: Heard = []
        with watching(lambda *what: heard.append(what)):
            look_up_rows(onboarding)
    assert heard == [("looking again for imported data rows", 0, 2)]


def test_keys_that_are_taken_are_waited_for(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        yard.turn(key_release=2)
        yard.delete_rows("street-1")
        heard: Heard = []
        with watching(lambda *what: heard.append(what)):
            assert create_data_rows(onboarding).created == 1
    assert ("waiting for global keys that Labelbox reports as taken", 0, 1) in heard
