"""Ontology and project: made, found, connected, or in conflict, and that the plan says so first."""

from collections.abc import Iterator
from typing import Any

import pytest

from labelferry.errors import CheckError, ConflictError, NotFoundError, RejectedError, UnavailableError
from labelferry.labelbox import costs
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.run import make_plan
from labelferry.onboarding.steps.ontology import build_ontology, choose_ontology, plan_ontology
from labelferry.onboarding.steps.project import create_project, plan_project, refuse_other_ontology
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.onboarding.steps.versions import version_name
from labelferry.ontology import Ontology, Tool, ToolKind
from tests.faults.streets import SPEC, box
from tests.integration.onboarding.yard import Yard

ONE = [box("street-1", 1)]
BOTH = "tools: [{tool: BBOX, name: car}, {tool: BBOX, name: bus}]\n"
NEW, FOUND = "no resource has this name", "found by name"


def tree(*tools: str) -> Ontology:
    return Ontology(tuple(Tool(ToolKind.BOX, name) for name in tools))


def theirs(yard: Yard, *tools: str, name: str = "Streets") -> str:
    return yard.client.ontologies.create(name, tree(*tools).to_normalized(), "VIDEO").id


def connected(yard: Yard, ontology: str, name: str = "Streets") -> str:
    """A project that works with an ontology."""
    project = yard.client.projects.create(name, "VIDEO").id
    yard.client.projects.connect_ontology(project, ontology)
    return project


# Ontology


def test_an_ontology_is_made(yard: Yard) -> None:
    yard.write(ONE)
    with yard.onboarding() as onboarding:
        assert plan_ontology(onboarding) == PlannedStep(
            "ontology", "Streets", Action.CREATE, NEW, requests=costs.NEW_ONTOLOGY
        )
        made = build_ontology(onboarding)
        assert made.created
        record = yard.client.ontologies.get(made.id)
        assert (record.name, [tool["name"] for tool in record.normalized["tools"]]) == ("Streets", ["car"])
        (held,) = yard.localbox.table("ontologies")
        assert held["media_type"] == "VIDEO"
        assert plan_ontology(onboarding) == PlannedStep("ontology", "Streets", Action.REUSE, FOUND, id=made.id)
        assert build_ontology(onboarding) == Resolved(made.id, created=False)


def test_the_same_ontology_is_found(yard: Yard) -> None:
    made = theirs(yard, "car")
    yard.write(ONE)
    with yard.onboarding() as onboarding:
        assert plan_ontology(onboarding) == PlannedStep("ontology", "Streets", Action.REUSE, FOUND, id=made)
        assert build_ontology(onboarding) == Resolved(made, created=False)


def test_an_ontology_is_named_by_id(yard: Yard) -> None:
    """It is what the labels are checked against, so nothing is compared."""
    made = theirs(yard, "car", "bus", name="Quay")
    yard.write(ONE, spec=SPEC.replace("{name: Streets, file: ontology.yaml}", f"{{id: {made}}}"))
    with yard.onboarding() as onboarding:
        planned = PlannedStep("ontology", made, Action.REUSE, "named by id", id=made)
        assert plan_ontology(onboarding) == planned
        assert build_ontology(onboarding) == Resolved(made, created=False)


DIFFERENT = {("bus",): ["'car'", "'bus'"], ("car", "bus"): ["'bus'"]}


@pytest.mark.parametrize(("held", "told"), DIFFERENT.items())
def test_an_ontology_that_differs_is_a_conflict(held: tuple[str, ...], told: list[str], yard: Yard) -> None:
    theirs(yard, *held)
    yard.write(ONE)
    with yard.onboarding() as onboarding:
        step = plan_ontology(onboarding)
        assert (step.kind, step.name, step.action, step.id) == ("ontology", "Streets", Action.CONFLICT, None)
        first, *listed, remedy = step.reason.splitlines()
        assert first == "an ontology named 'Streets' already exists and differs:"
        assert [name in line for name, line in zip(told, listed, strict=True)] == [True] * len(told)
        assert "on_ontology_change: new-version" in remedy
        with pytest.raises(ConflictError) as refused:
            build_ontology(onboarding)
        assert str(refused.value) == step.reason
    assert yard.names("ontologies") == ["Streets"]


INFERRED = SPEC.replace("file: ontology.yaml", "from: labels")


def test_an_inferred_ontology_may_have_grown(yard: Yard) -> None:
    made = theirs(yard, "car", "bus")
    yard.write(ONE, spec=INFERRED)
    with yard.onboarding() as onboarding:
        assert plan_ontology(onboarding).id == made


@pytest.mark.parametrize("is_connected", [False, True])
def test_an_inferred_ontology_that_lacks_something(is_connected: bool, yard: Yard) -> None:
    """The conflict names the line and the closest name; the project does not add a second conflict."""
    there = theirs(yard, "cart")
    if is_connected:
        connected(yard, there)
    yard.write([*ONE, box("street-2", 1)], spec=INFERRED)
    with yard.onboarding() as onboarding:
        planned = make_plan(onboarding, "localbox")
    (step,) = (each for each in planned.steps if each.action is Action.CONFLICT)
    assert step.kind == "ontology"
    missing, place, _remedy = step.reason.splitlines()[1:]
    assert missing == "  tool 'car' is missing"
    assert place == ("  labels.ndjson:1: the ontology has no tool 'car'; did you mean 'cart'? Names must match exactly")


NAMED = SPEC.replace("{name: Streets, file: ontology.yaml}", "Streets")


@pytest.mark.parametrize("lines", [ONE, []], ids=["labels", "no labels"])
def test_an_existing_ontology_by_its_name_alone(lines: list[dict[str, Any]], yard: Yard) -> None:
    made = theirs(yard, "car", "bus")
    yard.write(lines, spec=NAMED, manifest="global_key,row_data\nstreet-1,https://example.com/street-1.mp4\n")
    assert not isinstance(yard.run(), Exception)
    assert yard.names("ontologies") == ["Streets"]
    (project,) = yard.client.projects.find("Streets")
    held = yard.client.projects.ontology(project.id)
    assert held is not None
    assert held.id == made


def test_labels_are_checked_against_an_ontology_named_alone(yard: Yard) -> None:
    theirs(yard, "cart")
    yard.write(ONE, spec=NAMED)
    with pytest.raises(CheckError, match=r"labels.ndjson:1: the ontology has no tool 'car'; did you mean 'cart'"):
        yard.run()


def test_no_ontology_has_the_name(yard: Yard) -> None:
    yard.write(ONE, spec=NAMED)
    with pytest.raises(NotFoundError, match=r"no ontology is named 'Streets'; correct its name, .* to create it"):
        yard.run()
    assert yard.names("ontologies") == []


def test_several_ontologies_have_the_name(yard: Yard) -> None:
    ids = [theirs(yard, "car"), theirs(yard, "bus")]
    yard.write(ONE, spec=NAMED)
    with pytest.raises(ConflictError, match="ontology: the ontology name 'Streets' is not unique") as refused:
        yard.run()
    assert all(each in str(refused.value) for each in ids)


def test_an_ontology_that_was_deleted_after_the_labels_were_checked(yard: Yard) -> None:
    made = theirs(yard, "car")
    yard.write(ONE, spec=NAMED)
    with yard.onboarding() as onboarding:
        yard.client.ontologies.delete(made)
        with pytest.raises(NotFoundError, match="ontology 'Streets' no longer exists"):
            plan_ontology(onboarding)


@pytest.mark.parametrize("spec", [SPEC, INFERRED], ids=["from a file", "inferred"])
def test_a_new_version(spec: str, yard: Yard) -> None:
    """It is made once, under a name that says what it holds; one that is inferred keeps what there was."""
    first = theirs(yard, "bus")
    yard.write(ONE, spec=spec, on_ontology_change="new-version")
    version = version_name("Streets", tree("car") if spec == SPEC else tree("bus", "car"))
    with yard.onboarding() as onboarding:
        step = plan_ontology(onboarding)
        assert (step.action, step.name, step.id) == (Action.CREATE, version, None)
        assert step.requests == costs.NEW_ONTOLOGY
        head, *listed = step.reason.splitlines()
        assert head == "a new version, because 'Streets' differs:"
        assert listed == [f"  {each}" for each in choose_ontology(onboarding).differences]
        made = build_ontology(onboarding)
        assert made.created
        assert made.id != first
        told = "a version of it has what the labels need"
        assert plan_ontology(onboarding) == PlannedStep("ontology", version, Action.REUSE, told, id=made.id)
        assert build_ontology(onboarding) == Resolved(made.id, created=False)
    assert yard.names("ontologies") == ["Streets", version]


def test_the_version_that_the_project_works_with_is_used(yard: Yard) -> None:
    """An earlier run made it, whatever the spec says of new versions today."""
    theirs(yard, "bus")
    yard.write(ONE, on_ontology_change="new-version")
    with yard.onboarding() as onboarding:
        version = build_ontology(onboarding)
        create_project(onboarding, version.id)
    yard.write(ONE)
    with yard.onboarding() as onboarding:
        step = plan_ontology(onboarding)
        assert (step.action, step.id) == (Action.REUSE, version.id)
        assert build_ontology(onboarding) == Resolved(version.id, created=False)


def test_a_version_that_exists_may_be_used(yard: Yard) -> None:
    """It was made by another onboarding: nothing has to be decided."""
    theirs(yard, "bus")
    version = theirs(yard, "car", name=version_name("Streets", tree("car")))
    yard.write(ONE)
    with yard.onboarding() as onboarding:
        assert plan_ontology(onboarding).id == version


@pytest.mark.parametrize("labels", [0, 1])
def test_a_version_that_loses_a_feature(labels: int, yard: Yard) -> None:
    """Only a project that has labels needs it."""
    yard.write([box("street-1", 1)], "ground-truth", ontology=BOTH)
    if labels:
        assert not isinstance(yard.run(), Exception)
    else:
        connected(yard, theirs(yard, "car", "bus"))
    yard.write([box("street-1", 1)], "ground-truth", on_ontology_change="new-version")
    with yard.onboarding() as onboarding:
        step = plan_ontology(onboarding)
        assert step.action is (Action.CONFLICT if labels else Action.CREATE)
        if labels:
            first, *listed, remedy = step.reason.splitlines()
            assert first.startswith("the new version of ontology 'Streets' would remove features")
            assert ["bus" in line for line in listed] == [True]
            assert remedy.startswith("keep them")


# Project


@pytest.fixture
def street(yard: Yard) -> Iterator[tuple[Yard, Onboarding]]:
    yard.write(ONE)
    with yard.onboarding() as onboarding:
        yield yard, onboarding


def test_a_project_is_made_and_connected(street: tuple[Yard, Onboarding]) -> None:
    yard, onboarding = street
    planned = PlannedStep("project", "Streets", Action.CREATE, NEW, requests=costs.NEW_PROJECT)
    assert plan_project(onboarding, None) == planned
    ontology = build_ontology(onboarding).id
    project = create_project(onboarding, ontology)
    assert project.created
    held = yard.client.projects.ontology(project.id)
    assert held is not None
    assert held.id == ontology
    again = PlannedStep("project", "Streets", Action.REUSE, FOUND, id=project.id)
    assert plan_project(onboarding, ontology) == again
    yard.localbox.forget()
    assert create_project(onboarding, ontology) == Resolved(project.id, created=False)
    assert yard.localbox.mutations() == []


def test_the_description_of_the_spec(yard: Yard) -> None:
    yard.write(ONE, spec=SPEC.replace("media_type: VIDEO}", "media_type: VIDEO, description: at night}"))
    with yard.onboarding() as onboarding:
        create_project(onboarding, build_ontology(onboarding).id)
    (project,) = yard.localbox.table("projects")
    assert project["description"] == "at night"


def test_a_project_without_an_ontology_is_connected(street: tuple[Yard, Onboarding]) -> None:
    yard, onboarding = street
    made = yard.client.projects.create("Streets", "VIDEO").id
    ontology = theirs(yard, "car")
    told = "exists without this ontology; it will be connected"
    step = PlannedStep("project", "Streets", Action.UPDATE, told, made, requests=costs.CONNECT_ONTOLOGY)
    assert plan_project(onboarding, ontology) == step
    assert plan_project(onboarding, None) == step
    assert create_project(onboarding, ontology) == Resolved(made, created=False)
    assert refuse_other_ontology(onboarding, made, ontology)


@pytest.mark.parametrize("made", [True, False])
def test_a_project_with_another_ontology_is_left_alone(made: bool, street: tuple[Yard, Onboarding]) -> None:
    yard, onboarding = street
    other = theirs(yard, "car", name="Quay")
    project = connected(yard, other)
    ontology = theirs(yard, "car") if made else None
    step = plan_project(onboarding, ontology)
    assert (step.action, step.id) == (Action.CONFLICT, project)
    assert f"'Streets' uses ontology 'Quay' ({other})" in step.reason
    assert (ontology or "not created yet") in step.reason
    with pytest.raises(ConflictError, match="uses ontology 'Quay'"):
        create_project(onboarding, ontology or "")


@pytest.mark.parametrize("policy", ["fail", "new-version"])
@pytest.mark.parametrize("called", ["the first", "a version", "another"])
def test_an_earlier_version_gives_way_when_the_spec_lets_it(called: str, policy: str, yard: Yard) -> None:
    names = {
        "the first": "Streets",
        "a version": version_name("Streets", tree("bus")),
        "another": "Streets (version 1)",
    }
    project = connected(yard, theirs(yard, "bus", name=names[called]))
    ontology = theirs(yard, "car", name=version_name("Streets", tree("car")))
    yard.write(ONE, on_ontology_change=policy)
    with yard.onboarding() as onboarding:
        if policy == "fail" or called == "another":
            assert plan_project(onboarding, ontology).action is Action.CONFLICT
            return
        assert plan_project(onboarding, ontology).action is Action.UPDATE
        create_project(onboarding, ontology)
    held = yard.client.projects.ontology(project)
    assert held is not None
    assert held.id == ontology


@pytest.mark.parametrize("kind", ["batch", "job"])
def test_what_was_done_in_another_project(kind: str, street: tuple[Yard, Onboarding]) -> None:
    yard, onboarding = street
    onboarding.ledger.settle(kind, "earlier", "", project="p1", keys=[])
    onboarding.ledger.settle("batch", "without", "", keys=[])
    step = plan_project(onboarding, None)
    assert (step.action, step.name, step.id) == (Action.CONFLICT, "Streets", None)
    assert "'streets' was imported into project p1, which the spec no longer names" in step.reason
    with pytest.raises(ConflictError, match="into project p1"):
        create_project(onboarding, "o")
    assert yard.names("projects") == []
    made = yard.client.projects.create("Streets", "VIDEO").id
    assert plan_project(onboarding, None).id == made
    with pytest.raises(ConflictError, match="into project p1"):
        create_project(onboarding, "o")


def test_what_was_done_in_this_project(street: tuple[Yard, Onboarding]) -> None:
    yard, onboarding = street
    made = yard.client.projects.create("Streets", "VIDEO").id
    onboarding.ledger.settle("batch", "earlier", "", project=made, keys=[])
    assert plan_project(onboarding, None).action is Action.UPDATE


def test_several_projects_of_the_name(street: tuple[Yard, Onboarding]) -> None:
    yard, onboarding = street
    for _ in range(2):
        yard.client.projects.create("Streets", "VIDEO")
    step = plan_project(onboarding, None)
    assert (step.action, step.id) == (Action.CONFLICT, None)
    assert "project name 'Streets' is not unique" in step.reason


@pytest.mark.parametrize("by_id", [True, False])
def test_a_project_that_gets_no_editor(by_id: bool, yard: Yard) -> None:
    yard.turn(editor="missing")
    made = yard.client.projects.create("Streets", "VIDEO").id
    named = f"{{id: {made}, media_type: VIDEO}}" if by_id else "{name: Streets, media_type: VIDEO}"
    yard.write(ONE, spec=SPEC.replace("{name: Streets, media_type: VIDEO}", named))
    remedy = "set it up in Labelbox, or name another project" if by_id else "delete it in Labelbox and run again"
    called = made if by_id else "Streets"
    with yard.onboarding() as onboarding:
        ontology = build_ontology(onboarding).id
        with pytest.raises(UnavailableError) as refused:
            create_project(onboarding, ontology)
    assert str(refused.value).startswith(f"project '{called}' ({made}) has no editor")
    assert f"if that does not help, {remedy}:" in str(refused.value)


def test_a_connection_that_fails_for_another_reason(street: tuple[Yard, Onboarding]) -> None:
    """The project has an editor: the service's own words are told."""
    yard, onboarding = street
    ontology = build_ontology(onboarding).id
    yard.spoil("status", "ConnectOntology.*", status=400)
    with pytest.raises(RejectedError, match=r"^ConnectOntology"):
        create_project(onboarding, ontology)
