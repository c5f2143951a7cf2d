"""Import jobs: planned, sent, waited for, deleted, taken up after a lost ledger, and tried again."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from labelferry.errors import ConflictError, PartialFailureError, UnavailableError
from labelferry.labelbox import costs
from labelferry.ledger import LedgerEntry, LineState, Reason, State
from labelferry.ndjson import of_generation
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.rebuild import Rebuilt, rebuild
from labelferry.onboarding.run import make_plan
from labelferry.onboarding.steps.batch import create_batch
from labelferry.onboarding.steps.batch_claims import brought_in
from labelferry.onboarding.steps.data_rows import create_data_rows
from labelferry.onboarding.steps.deletion import Deleted, delete_job, lines_in
from labelferry.onboarding.steps.found import adopt, found_jobs
from labelferry.onboarding.steps.imports import (
    Collected,
    Submitted,
    import_labels,
    plan_imports,
    plan_open_jobs,
    poll_job_errors,
)
from labelferry.onboarding.steps.ontology import build_ontology
from labelferry.onboarding.steps.project import create_project
from labelferry.onboarding.steps.retry import Reopened, reopen_failed_lines
from tests.faults.streets import SPEC, UNKNOWN, box
from tests.integration.onboarding.yard import Yard

KINDS = {"prelabels": "MAL", "ground-truth": "GROUND_TRUTH"}
THREE = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]
REFUSED = [*THREE, box("street-2", 4, schemaId=UNKNOWN)]


def ready(onboarding: Onboarding) -> str:
    """All steps before the imports; the project."""
    create_data_rows(onboarding)
    project = create_project(onboarding, build_ontology(onboarding).id).id
    create_batch(onboarding, project)
    return project


def jobs(onboarding: Onboarding) -> list[tuple[State, int]]:
    return [(entry.state, entry.detail["lines"]) for entry in onboarding.ledger.entries("job")]


def states(onboarding: Onboarding) -> dict[LineState, int]:
    found = [line.state for line in onboarding.ledger.lines()]
    return {state: found.count(state) for state in set(found)}


@pytest.mark.parametrize("imported_as", KINDS)
def test_lines_are_sent_once(imported_as: str, yard: Yard) -> None:
    yard.write(THREE, imported_as)
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        size = sum(line.length for line in onboarding.desired.index())
        assert list(plan_imports(onboarding, project)) == [
            PlannedStep(
                "import",
                imported_as,
                Action.CREATE,
                "not imported yet",
                count=3,
                bytes=size,
                requests=costs.SEND_IMPORT,
            )
        ]
        assert list(plan_imports(onboarding, None)) == list(plan_imports(onboarding, project))
        sent = import_labels(onboarding, project)
        (name,) = sent.jobs
        assert sent == Submitted((name,), lines=3, already_in=0, failed_before=0)
        (shard,) = (onboarding.desired.folder / "shards").glob("*.ndjson")
        assert shard.read_bytes() == (onboarding.desired.folder / "lines.ndjson").read_bytes().strip()
        (job,) = onboarding.ledger.entries("job")
        (held,) = yard.localbox.table("imports")
        assert (job.name, job.state, job.remote_id) == (name, State.CREATED, held["id"])
        assert {each: job.detail[each] for each in ("project", "lines")} == {"project": project, "lines": 3}
        open_job = PlannedStep(
            "import",
            name,
            Action.UPDATE,
            "an earlier run sent it or was about to; its outcome is read first",
            count=3,
            requests=costs.COLLECT_IMPORT,
        )
        assert list(plan_open_jobs(onboarding)) == [open_job]
        lines = sorted(onboarding.ledger.lines(job=name), key=lambda line: line.position)
        assert [(line.row, line.feature, line.source, line.position) for line in lines] == [
            ("street-1", "car", "labels.ndjson:1", 0),
            ("street-1", "car", "labels.ndjson:2", 1),
            ("street-2", "car", "labels.ndjson:3", 2),
        ]
        assert {(line.state, line.imported_as, line.generation) for line in lines} == {(LineState.SENT, imported_as, 0)}
        assert poll_job_errors(onboarding) == Collected(jobs=1, accepted=3, failed=0, unknown=0, absent=0)
        assert jobs(onboarding) == [(State.SETTLED, 3)]
        assert list(plan_open_jobs(onboarding)) == []
        skipped = PlannedStep("import", imported_as, Action.SKIP, "already imported", count=3)
        assert list(plan_imports(onboarding, project)) == [skipped]
        assert import_labels(onboarding, project) == Submitted((), 0, already_in=3, failed_before=0)
        assert poll_job_errors(onboarding) == Collected(0, 0, 0, 0, 0)
    assert [orjson.loads(row["line"])["uuid"] for row in yard.localbox.table("annotations")] == [
        line.uuid for line in lines
    ]


def test_refused_lines_stay_out_until_they_are_tried_again(yard: Yard) -> None:
    yard.write(REFUSED)
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        import_labels(onboarding, project)
        assert poll_job_errors(onboarding) == Collected(1, accepted=3, failed=1, unknown=0, absent=0)
        told = "already imported; 1 failed before and have not changed"
        assert list(plan_imports(onboarding, project)) == [
            PlannedStep("import", "prelabels", Action.SKIP, told, count=3)
        ]
        assert import_labels(onboarding, project) == Submitted((), 0, already_in=3, failed_before=1)
        assert reopen_failed_lines(onboarding) == Reopened(lines=1, jobs=0)
        assert states(onboarding) == {LineState.ACCEPTED: 3, LineState.RETIRED: 1}
        deletion, again = plan_imports(onboarding, project)
        assert (deletion.action, deletion.count, deletion.requests) == (Action.DELETE, 3, costs.DELETE_IMPORT)
        assert (again.action, again.count) == (Action.CREATE, 4)
        assert again.reason == "not imported yet, 4 of them sent before"
        sent = import_labels(onboarding, project)
        assert (sent.lines, sent.already_in, sent.deleted) == (4, 0, Deleted(1, 3))
        assert sent.jobs[0].endswith("-1")
        assert poll_job_errors(onboarding) == Collected(1, 3, 1, 0, 0)
        assert {line.generation for line in onboarding.ledger.lines(job=sent.jobs[0])} == {1}


def test_lines_whose_outcome_is_not_said(yard: Yard) -> None:
    yard.localbox.control("POST", "outcomes", {"cut": 1})
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        import_labels(onboarding, project)
        assert poll_job_errors(onboarding) == Collected(1, accepted=1, failed=0, unknown=2, absent=0)
        assert jobs(onboarding) == [(State.CREATED, 3)]
        told = "already imported; the outcome of 2 is unknown"
        assert [(step.reason, step.count) for step in plan_imports(onboarding, project)] == [(told, 1)]
        assert import_labels(onboarding, project) == Submitted((), 0, already_in=1, failed_before=0)
        assert reopen_failed_lines(onboarding) == Reopened(lines=2, jobs=1)
        (job,) = onboarding.ledger.entries("job")
        assert job.state is State.DELETING
        (deletion,) = plan_open_jobs(onboarding)
        assert (deletion.name, deletion.action, deletion.count) == (job.name, Action.DELETE, 1)
        assert lines_in(onboarding.ledger, job.name) == 1
        yard.localbox.control("POST", "outcomes", {})
        assert poll_job_errors(onboarding) == Collected(0, 0, 0, 0, 0, deleted=Deleted(1, 1))
        assert onboarding.ledger.entries("job") == []
        assert import_labels(onboarding, project).lines == 3


def test_a_job_that_is_not_shown_leaves_its_lines_open(yard: Yard) -> None:
    yard.localbox.control("POST", "outcomes", {"shown_after": "never"})
    with yard.onboarding() as onboarding:
        import_labels(onboarding, ready(onboarding))
        assert poll_job_errors(onboarding) == Collected(jobs=0, accepted=0, failed=0, unknown=0, absent=1)
        assert jobs(onboarding) == [(State.ABSENT, 3)]
        assert states(onboarding) == {LineState.SENT: 3}


def test_lines_of_rows_that_are_left_out_are_not_sent(yard: Yard) -> None:
    yard.turn(unreadable=["street-1"])
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        sent = import_labels(onboarding, project)
        assert (sent.lines, sent.already_in, len(sent.jobs)) == (1, 0, 1)
        assert [line.row for line in onboarding.ledger.lines()] == ["street-2"]


def test_changed_labels_are_a_conflict_unless_they_are_replaced(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        import_labels(onboarding, project)
        poll_job_errors(onboarding)
    changed = [*THREE[:2], box("street-2", 9)]
    yard.write(changed)
    with yard.onboarding() as onboarding:
        (step,) = plan_imports(onboarding, project)
        assert (step.kind, step.name, step.action) == ("import", "prelabels", Action.CONFLICT)
        first, listed, remedy = step.reason.splitlines()
        assert first == "1 imported label has changed in, or missing from, the sources:"
        assert listed == "  street-2: 'car' from labels.ndjson:3"
        assert "on_changed: replace" in remedy
        with pytest.raises(ConflictError) as refused:
            import_labels(onboarding, project)
        assert str(refused.value) == step.reason
    yard.write(changed, on_changed="replace")
    with yard.onboarding() as onboarding:
        deletion, sent = plan_imports(onboarding, project)
        assert (deletion.count, sent.count, sent.reason) == (3, 3, "not imported yet, 2 of them sent before")
        assert import_labels(onboarding, project).deleted == Deleted(1, 3)
        poll_job_errors(onboarding)
        live = [line for line in onboarding.ledger.lines() if line.state is LineState.ACCEPTED]
        assert sorted((line.source, line.generation) for line in live) == [
            ("labels.ndjson:1", 1),
            ("labels.ndjson:2", 1),
            ("labels.ndjson:3", 0),
        ]
    assert len(yard.localbox.table("annotations")) == 3


def test_many_changed_labels(yard: Yard) -> None:
    """Twenty are listed."""
    before = [box("street-1", frame) for frame in range(1, 23)]
    yard.write(before)
    assert not isinstance(yard.run(), Exception)
    yard.write([box("street-1", 99)])
    with yard.onboarding() as onboarding:
        (project,) = (row["id"] for row in yard.localbox.table("projects"))
        (step,) = plan_imports(onboarding, project)
    first, *listed, _ = step.reason.splitlines()
    assert first == "22 imported labels have changed in, or missing from, the sources:"
    assert len(listed) == 20


def test_a_line_that_is_refused_because_its_row_is_not_in_the_project(yard: Yard) -> None:
    """Tried again, its row is brought in again first."""
    with yard.onboarding() as onboarding:
        project = ready(onboarding)

        def removed(state: dict[str, list[dict[str, Any]]]) -> None:
            (gone,) = (row["id"] for row in state["data_rows"] if row["global_key"] == "street-2")
            state["batch_rows"] = [row for row in state["batch_rows"] if row["data_row_id"] != gone]

        yard.change(removed)
        import_labels(onboarding, project)
        assert poll_job_errors(onboarding) == Collected(1, accepted=2, failed=1, unknown=0, absent=0)
        assert brought_in(onboarding) == {"street-1", "street-2"}
        assert reopen_failed_lines(onboarding) == Reopened(lines=1, jobs=0)
        assert brought_in(onboarding) == {"street-1"}
        assert create_batch(onboarding, project).added == 1
        assert import_labels(onboarding, project).lines == 1
        assert poll_job_errors(onboarding).accepted == 1


def test_a_line_that_is_refused_for_another_reason_leaves_its_row_in(yard: Yard) -> None:
    yard.write(REFUSED)
    with yard.onboarding() as onboarding:
        import_labels(onboarding, ready(onboarding))
        poll_job_errors(onboarding)
        reopen_failed_lines(onboarding)
        assert brought_in(onboarding) == {"street-1", "street-2"}


def test_refused_lines_are_sent_again_only_when_asked(yard: Yard) -> None:
    yard.write(REFUSED)
    for retry, sent in ((False, 1), (False, 1), (True, 1)):
        assert isinstance(yard.run(retry=retry), PartialFailureError)
        held = yard.localbox.table("imports")
        assert len(held) == sent
        assert held[0]["name"].endswith("-1") == retry


def test_a_refused_line_that_left_the_sources_does_not_count_any_more(yard: Yard) -> None:
    yard.write(REFUSED)
    assert isinstance(yard.run(), PartialFailureError)
    yard.write(THREE)
    with yard.onboarding() as onboarding:
        (project,) = (row["id"] for row in yard.localbox.table("projects"))
        assert import_labels(onboarding, project) == Submitted((), 0, already_in=3, failed_before=0)
        assert states(onboarding) == {LineState.ACCEPTED: 3, LineState.RETIRED: 1}


# A lost ledger


@pytest.fixture(params=KINDS)
def lost(yard: Yard, request: pytest.FixtureRequest) -> Iterator[tuple[Onboarding, str]]:
    """An onboarding that was carried out, a refused line included, and whose ledger was lost; and its project."""
    yard.write(REFUSED, request.param)
    yard.run()
    yard.lose_ledger()
    (project,) = (row["id"] for row in yard.localbox.table("projects"))
    with yard.onboarding() as onboarding:
        yield onboarding, project


def test_jobs_that_the_ledger_lost(lost: tuple[Onboarding, str], yard: Yard) -> None:
    onboarding, project = lost
    (found,) = found_jobs(onboarding, project)
    (held,) = yard.localbox.table("imports")
    assert (found.job.id, found.job.name) == (held["id"], held["name"])
    assert sorted((line.source, line.position) for line in found.lines) == [
        (f"labels.ndjson:{number + 1}", number) for number in range(4)
    ]
    assert jobs(onboarding) == []
    adopt(onboarding, found)
    (entry,) = onboarding.ledger.entries("job")
    assert (entry.name, entry.state, entry.remote_id) == (held["name"], State.CREATED, held["id"])
    kind = KINDS[str(onboarding.desired.spec.imports.as_)]
    assert entry.detail.items() >= {"project": project, "lines": 4, "import_kind": kind}.items()
    assert states(onboarding) == {LineState.SENT: 4}
    assert list(found_jobs(onboarding, project)) == []
    assert poll_job_errors(onboarding) == Collected(1, 3, 1, 0, 0)


def test_nothing_is_sent_twice(lost: tuple[Onboarding, str], yard: Yard) -> None:
    onboarding, project = lost
    (step,) = plan_imports(onboarding, project)
    assert (step.action, step.count) == (Action.SKIP, 0)
    yard.localbox.forget()
    assert import_labels(onboarding, project) == Submitted((), 0, already_in=3, failed_before=1)
    assert yard.localbox.mutations() == []
    assert jobs(onboarding) == [(State.SETTLED, 4)]


def test_a_ledger_is_rebuilt(lost: tuple[Onboarding, str], yard: Yard) -> None:
    onboarding, project = lost
    assert rebuild(onboarding) == Rebuilt(rows=2, jobs=1, accepted=3, failed=1, unknown=0)
    state = yard.localbox.state()
    for kind, table in {"dataset": "datasets", "ontology": "ontologies", "project": "projects"}.items():
        (entry,) = onboarding.ledger.entries(kind)
        assert entry == LedgerEntry(kind, "Streets", State.SETTLED, state[table][0]["id"])
    (batch,) = onboarding.ledger.entries("batch")
    assert (batch.name, batch.detail) == ("streets", {"project": project, "keys": ["street-1", "street-2"]})
    assert states(onboarding) == {LineState.ACCEPTED: 3, LineState.FAILED: 1}
    assert rebuild(onboarding) == Rebuilt(0, 0, 0, 0, 0)


def test_there_is_nothing_to_rebuild_from(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        with pytest.raises(ConflictError, match=r"^no project is named 'Streets'"):
            rebuild(onboarding)
        assert [onboarding.ledger.entries(kind) for kind in ("dataset", "ontology", "project")] == [[], [], []]


def test_a_project_named_by_id_is_not_noted(yard: Yard) -> None:
    yard.run()
    (project,) = (row["id"] for row in yard.localbox.table("projects"))
    yard.lose_ledger()
    spec = SPEC.replace("{name: Streets, media_type: VIDEO}", f"{{id: {project}, media_type: VIDEO}}")
    yard.write(THREE, spec=spec)
    with yard.onboarding() as onboarding:
        assert rebuild(onboarding) == Rebuilt(2, 1, 3, 0, 0)
        assert onboarding.ledger.entries("project") == []


def test_a_line_that_was_sent_several_times(yard: Yard) -> None:
    """Its generation is in its uuid and in the name of its job."""
    yard.write(REFUSED)
    yard.run()
    yard.run(retry=True)
    yard.lose_ledger()
    (project,) = (row["id"] for row in yard.localbox.table("projects"))
    with yard.onboarding() as onboarding:
        uuids = {line.uuid for line in onboarding.desired.index()}
        (found,) = found_jobs(onboarding, project)
        assert {line.generation for line in found.lines} == {1}
        assert {line.uuid for line in found.lines} == uuids
        sent = {orjson.loads(row["line"])["uuid"] for row in yard.localbox.table("annotations")}
        assert sent < {of_generation(uuid, 1) for uuid in uuids}


def test_a_found_job_whose_labels_have_changed(yard: Yard) -> None:
    yard.run()
    yard.lose_ledger()
    yard.write([*THREE[:2], box("street-2", 9)])
    (project,) = (row["id"] for row in yard.localbox.table("projects"))
    with yard.onboarding() as onboarding:
        (found,) = found_jobs(onboarding, project)
        assert [(line.source, line.feature, line.position) for line in found.lines] == [
            ("labels.ndjson:1", "car", 0),
            ("labels.ndjson:2", "car", 1),
            ("an earlier version of the sources", "car", 2),
        ]
        with pytest.raises(ConflictError, match="'car' from an earlier version of the sources"):
            import_labels(onboarding, project)


def test_jobs_of_others_are_not_ours(yard: Yard) -> None:
    yard.run()
    yard.lose_ledger()

    def renamed(state: dict[str, list[dict[str, Any]]]) -> None:
        for row in state["imports"]:
            row["name"] = f"other-{row['name']}"

    yard.change(renamed)
    (project,) = (row["id"] for row in yard.localbox.table("projects"))
    with yard.onboarding() as onboarding:
        assert list(found_jobs(onboarding, project)) == []


def test_a_found_job_whose_files_are_gone(lost: tuple[Onboarding, str], yard: Yard) -> None:
    onboarding, project = lost
    yard.localbox.control("POST", "import-files", {"expire_after": 0})
    with pytest.raises(ConflictError, match="was sent before, the ledger does not know it"):
        list(found_jobs(onboarding, project))


# Deletions, and ground truth over labels


def test_a_job_that_was_deleted_already(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        import_labels(onboarding, ready(onboarding))
        (job,) = onboarding.ledger.entries("job")
        assert delete_job(onboarding, job)
        assert not delete_job(onboarding, job)
        onboarding.ledger.mark_for_deletion(job.name)
        assert poll_job_errors(onboarding) == Collected(0, 0, 0, 0, 0, deleted=Deleted(1, 3))


def test_a_job_whose_id_nobody_knows_is_deleted_by_its_name(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        import_labels(onboarding, ready(onboarding))
        (job,) = onboarding.ledger.entries("job")
        unknown = LedgerEntry("job", job.name, State.DELETING, None, job.detail)
        yard.localbox.control("POST", "outcomes", {"shown_after": "never"})
        with pytest.raises(UnavailableError, match="must be deleted, but the service does not list it"):
            delete_job(onboarding, unknown)
        yard.localbox.control("POST", "outcomes", {})
        assert delete_job(onboarding, unknown)
    assert yard.localbox.table("imports") == []


def labels_of_others(yard: Yard, *keys: str) -> None:
    """Ground truth of another onboarding on these rows."""
    (folder := yard.folder / "other").mkdir()
    other = Yard(yard.localbox, folder, yard.client)
    other.write([box(key, 7) for key in keys], "ground-truth")
    other.run()


@pytest.mark.parametrize("policy", ["fail", "add"])
def test_ground_truth_over_labels_of_others(policy: str, yard: Yard) -> None:
    labels_of_others(yard, "street-1", "street-2")
    yard.write([*THREE, box("street-3", 1)], "ground-truth", on_labelled=policy)
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        onboarding.ledger.settle("project", "Streets", project)
        (step,) = plan_imports(onboarding, project)
        if policy == "add":
            assert (step.action, step.count) == (Action.CREATE, 4)
            return
        assert step.action is Action.CONFLICT
        assert step.reason.startswith("2 rows already have a label: street-1, street-2; ")
        assert "this onboarding" not in step.reason


def test_ground_truth_that_is_tried_again_beside_its_own_label(yard: Yard) -> None:
    yard.write([*THREE, box("street-1", 4, schemaId=UNKNOWN)], "ground-truth")
    with yard.onboarding() as onboarding:
        import_labels(onboarding, ready(onboarding))
        assert poll_job_errors(onboarding) == Collected(1, 3, 1, 0, 0)
        with pytest.raises(ConflictError) as refused:
            reopen_failed_lines(onboarding)
        assert "1 row already has a label: street-1; " in str(refused.value)
        assert "This onboarding imported those of street-1;" in str(refused.value)
        assert "may be from this onboarding" not in str(refused.value)
        assert states(onboarding) == {LineState.ACCEPTED: 3, LineState.FAILED: 1}


def test_ground_truth_whose_outcome_is_not_said(yard: Yard) -> None:
    yard.localbox.control("POST", "outcomes", {"cut": 0})
    yard.write(THREE, "ground-truth")
    with yard.onboarding() as onboarding:
        import_labels(onboarding, ready(onboarding))
        assert poll_job_errors(onboarding).unknown == 3
        assert {line.reason for line in onboarding.ledger.lines()} == {Reason.UNLISTED}
        with pytest.raises(ConflictError) as refused:
            reopen_failed_lines(onboarding)
        assert "The label of street-1, street-2 may be from this onboarding" in str(refused.value)
        assert "imported those of" not in str(refused.value)


def test_refused_ground_truth_is_tried_again_where_no_label_is(yard: Yard) -> None:
    yard.write([box("street-1", 4, schemaId=UNKNOWN), box("street-2", 1)], "ground-truth")
    with yard.onboarding() as onboarding:
        project = ready(onboarding)
        import_labels(onboarding, project)
        poll_job_errors(onboarding)
        assert reopen_failed_lines(onboarding) == Reopened(lines=1, jobs=0)
        (step,) = plan_imports(onboarding, project)
        assert (step.action, step.count) == (Action.CREATE, 1)


# The whole plan


def test_the_plan_in_order(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        before = onboarding.client.sent
        plan = make_plan(onboarding, "here", 300)
        looked = onboarding.client.sent - before
        assert [(step.kind, step.action) for step in plan.steps] == [
            ("dataset", Action.CREATE),
            ("data rows", Action.CREATE),
            ("ontology", Action.CREATE),
            ("project", Action.CREATE),
            ("batch", Action.CREATE),
            ("import", Action.CREATE),
        ]
        assert plan.look_ups == 1 + 2 * looked + sum(costs.LOOKS_INTO_NEW.values())
        assert plan.requests == plan.look_ups + sum(step.requests for step in plan.steps)
        assert (plan.name, plan.remote, plan.requests_per_minute) == ("streets", "here", 300)
        assert (plan.workspace, plan.desired) == (onboarding.ledger.workspace, onboarding.desired.fingerprint)
        assert (plan.counts["rows"], plan.counts["lines"], plan.counts["keyframes"]) == (2, 3, 3)
        assert plan.seconds == plan.requests * 60 / 300
        assert make_plan(onboarding, "here").seconds == plan.requests * 60 / 1500
