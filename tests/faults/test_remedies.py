"""Each conflict's remedy, followed as written: the next run succeeds, and nothing is imported twice."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from tests.faults.streets import ONTOLOGY, Streets, box
from tests.faults.test_resent import held, plain
from tests.faults.test_rows import delete_rows
from tests.faults.world import outcomes

TWO = [box("street-1", 1), box("street-2", 2)]
CHANGED = [box("street-1", 9), TWO[1]]
OTHER = "tools:\n  - {tool: BBOX, name: car}\n  - {tool: BBOX, name: bus}\n"
NEW_NAME = {"name: streets\n": "name: again\n"}
NEW_PROJECT = {"project: {name: Streets": "project: {name: Again"}
NEW_ONTOLOGY = {"ontology: {name: Streets": "ontology: {name: Again"}
Texts = dict[str, str]


def rewrite(streets: Streets, texts: Texts) -> None:
    """Change the spec as a user does."""
    path = streets.spec
    text = path.read_text("utf-8")
    for old, new in texts.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def imported(streets: Streets, **options: Any) -> None:
    streets.write(TWO, **options)
    assert streets.run() == (0, "")


def changed_labels(streets: Streets) -> None:
    imported(streets)
    streets.write(CHANGED)


def strangers(streets: Streets) -> None:
    imported(streets, on_changed="replace")
    streets.write(CHANGED[:1], on_changed="replace")


def deleted_row(streets: Streets) -> None:
    imported(streets)
    delete_rows(streets, "street-2")


def unknown_import(streets: Streets) -> None:
    """The ledger is lost and the files of the import are deleted."""
    imported(streets)
    streets.lose_ledger()
    streets.localbox.control("POST", "import-files", {"expire_after": 0})


def other_project(streets: Streets) -> None:
    imported(streets)
    rewrite(streets, NEW_PROJECT)


def other_ontology(streets: Streets) -> None:
    imported(streets)
    streets.write(TWO, ontology=OTHER)
    rewrite(streets, NEW_ONTOLOGY)


def ontology_differs(streets: Streets) -> None:
    imported(streets)
    streets.write(TWO, ontology=OTHER)


def features_lost(streets: Streets) -> None:
    imported(streets, imported_as="ground-truth", ontology=OTHER)
    streets.write(TWO, "ground-truth", ONTOLOGY, on_ontology_change="new-version")


Conflict = Callable[[Streets], None]
ALL_NEW = NEW_NAME | NEW_PROJECT
WAYS: list[tuple[Conflict, str, Texts]] = [
    (changed_labels, "a new name and a new project", ALL_NEW),
    (strangers, "a new name and a new project", ALL_NEW),
    (deleted_row, "a new name and a new project", ALL_NEW),
    (unknown_import, "new name and a new project", ALL_NEW),
    (other_project, "give the onboarding a new name", NEW_NAME),
    (other_ontology, "another project, and give the onboarding a new name", ALL_NEW),
    (ontology_differs, "set on_ontology_change: new-version", {"import:": "on_ontology_change: new-version\nimport:"}),
    (ontology_differs, "name a new ontology and a new project", ALL_NEW | NEW_ONTOLOGY),
    (features_lost, "name another project and give the onboarding a new name", ALL_NEW),
]


@pytest.mark.parametrize(("conflict", "told", "texts"), WAYS, ids=[f"{way[0].__name__}: {way[1]}" for way in WAYS])
def test_the_spec_is_changed_as_told(conflict: Conflict, told: str, texts: Texts, streets: Streets) -> None:
    conflict(streets)
    streets.localbox.control("DELETE", "requests")
    code, message = streets.run()
    assert (code, told in message) == (4, True), message
    assert streets.localbox.mutations() == []
    rewrite(streets, texts)
    streets.localbox.control("POST", "import-files", {"expire_after": 86400})
    assert streets.run() == (0, "")
    assert streets.report()["accepted"] == streets.report()["counts"]["lines"]
    assert len(projects_of_annotations(streets)) == len(set(projects_of_annotations(streets)))


def projects_of_annotations(streets: Streets) -> list[tuple[str, str]]:
    """Project and content of each annotation: none may be in one project twice."""
    state = streets.localbox.state()
    return [(row["project_id"], row["data_row_id"] + row["line"][-90:]) for row in state["annotations"]]


def test_an_imported_project_is_named_by_its_id(streets: Streets) -> None:
    other_project(streets)
    code, message = streets.run()
    assert (code, "name it by id" in message) == (4, True)
    (project,) = streets.localbox.state()["projects"]
    rewrite(streets, {"project: {name: Again, media_type: VIDEO}": f"project: {{id: {project['id']}}}"})
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


def test_an_ontology_is_named_by_its_id(streets: Streets) -> None:
    other_ontology(streets)
    assert streets.run()[0] == 4
    (ontology,) = streets.localbox.state()["ontologies"]
    rewrite(streets, {"ontology: {name: Again, file: ontology.yaml}": f"ontology: {{id: {ontology['id']}}}"})
    assert streets.run() == (0, "")


def test_projects_of_one_name(streets: Streets) -> None:
    with streets.client() as client:
        wanted = [client.projects.create("Streets", "VIDEO").id for _ in range(2)]
    streets.write(TWO)
    code, message = streets.run()
    assert code == 4
    assert "choose one with project: {id: ...} in the spec" in message
    rewrite(streets, {"project: {name: Streets, media_type: VIDEO}": f"project: {{id: {wanted[1]}}}"})
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


def test_strangers_are_brought_back(streets: Streets) -> None:
    strangers(streets)
    code, message = streets.run()
    assert (code, "put these rows and labels back into the spec" in message) == (4, True)
    streets.write(CHANGED, on_changed="replace")
    assert streets.run() == (0, "")
    assert held(streets) == plain(CHANGED)


def test_labelled_rows_are_taken_out(streets: Streets) -> None:
    imported(streets, imported_as="ground-truth")
    streets.write([*TWO, box("street-2", 7), box("street-3", 3)], "ground-truth")
    code, message = streets.run()
    assert (code, "Remove these rows from the spec" in message) == (4, True)
    streets.write([TWO[0], box("street-3", 3)], "ground-truth")
    assert streets.run() == (0, "")
    assert held(streets) == plain([*TWO, box("street-3", 3)])


def test_a_project_without_an_editor_is_deleted(streets: Streets) -> None:
    streets.localbox.control("POST", "behaviour", {"editor": "missing"})
    streets.write(TWO)
    for _ in range(2):
        code, message = streets.run()
        assert (code, outcomes(streets.home)[-1]["kind"]) == (1, "UnavailableError")
        assert "has no editor" in message
        assert "delete it in Labelbox and run again" in message
    streets.localbox.control("POST", "behaviour", {})
    assert "delete it" in streets.run()[1]
    (broken,) = streets.localbox.state()["projects"]
    with streets.client() as client:
        client.projects.delete(broken["id"])
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


def test_a_named_project_without_an_editor(streets: Streets) -> None:
    streets.localbox.control("POST", "behaviour", {"editor": "missing"})
    with streets.client() as client:
        broken = client.projects.create("Theirs", "VIDEO").id
    streets.write(TWO)
    rewrite(streets, {"project: {name: Streets, media_type: VIDEO}": f"project: {{id: {broken}}}"})
    assert "set it up in Labelbox, or name another project" in streets.run()[1]
    streets.localbox.control("POST", "behaviour", {})
    rewrite(streets, {f"project: {{id: {broken}}}": "project: {name: Streets, media_type: VIDEO}"})
    assert streets.run() == (0, "")


def test_a_batch_gets_another_name(streets: Streets) -> None:
    digest = sha256(b"street-1\nstreet-2").hexdigest()[:8]
    with streets.client() as client:
        project, dataset = client.projects.create("Streets", "VIDEO").id, client.datasets.create("Theirs").id
        rows = [{"global_key": f"theirs-{at}", "row_data": f"https://example.com/{at}.mp4"} for at in range(2)]
        client.data_rows.create(dataset, rows)
        client.batches.create(project, "streets", ["theirs-0"])
        client.batches.create(project, f"streets-{digest}", ["theirs-1"])
    streets.write(TWO)
    code, message = streets.run()
    assert (code, "give the batch another name in the spec" in message) == (4, True)
    rewrite(streets, {"batch: {name: streets}": "batch: {name: ours}"})
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)
