"""Broken worlds: each fault is found, by its topic and level, and its remedy works when it is followed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from labelferry.account.doctor.checkup import Checkup, Level, Topic
from labelferry.account.doctor.examine import Instruments, examine
from labelferry.account.doctor.machine import installed
from labelferry.account.profile import AccountProfile, keep
from labelferry.account.selftest.run import Choices, clean_up, run_selftest
from labelferry.ledger import held, open_ledger
from labelferry.onboarding.undoing.journal import begin, end
from labelferry.remote import Remote
from labelferry.settings import Settings
from tests.faults.driver import Clock
from tests.faults.mutations import impatient, settings_in
from tests.faults.streets import SPEC, box, write_streets
from tests.localbox_server import Localbox

SERVER = "http://127.0.0.1:4200/api"
GOOD = {"prefect": (3, 9, 1), "sqlalchemy": (2, 1, 9), "fastapi": (0, 150, 0), "av": (15, 0)}


class World:
    """A user's machine and account; everything is well at first."""

    def __init__(self, localbox: Localbox, folder: Path) -> None:
        self.localbox, self.folder = localbox, folder
        settings = settings_in(folder / "home", localbox.endpoint, localbox.key)
        self.settings: Settings = replace(settings, requests_per_minute=1_500)
        self.versions: dict[str, tuple[int, ...]] = dict(GOOD)
        self.ahead, self.heartbeat, self.server = timedelta(), datetime.now(UTC), False
        self.scheduled, self.videos = True, {"HEAD": (200, "video/mp4"), "GET": (206, "video/mp4")}
        self.spec: Path | str = write_streets(folder, [box("street-1", 1)], "prelabels")
        (folder / "home").mkdir()
        self.measured(timedelta(days=1))

    @property
    def organization(self) -> str:
        """The id of the account."""
        with self.localbox.client() as client:
            return client.organization.get().id

    def measured(self, ago: timedelta) -> None:
        """Keep a profile of the account in the ledger."""
        at = (datetime.now(UTC) - ago).isoformat()
        with open_ledger(self.settings.ledger_url) as file:
            keep(file, AccountProfile(self.organization, self.localbox.endpoint, at, "2", {}, {}))

    def tested(self) -> None:
        """Run the self-test."""
        run_selftest(self.settings, self.remote, connecting=partial(impatient, Clock()))

    def left_over(self) -> None:
        """Leave what a self-test created."""
        run_selftest(self.settings, self.remote, Choices(keep=True), partial(impatient, Clock()))

    def cleaned(self) -> None:
        """Delete it."""
        clean_up(self.settings, self.remote, partial(impatient, Clock()))

    @property
    def remote(self) -> Remote:
        """The account, as the real service."""
        return Remote("Labelbox", self.settings.endpoint)

    def examined(self) -> Checkup:
        """The check-up as things are now."""
        tools = Instruments(
            connecting=partial(impatient, Clock()),
            now=lambda: datetime.now(UTC) + self.ahead,
            installed=self.versions.get,
            http=lambda: httpx.Client(transport=httpx.MockTransport(self._answer)),
        )
        return examine(self.settings, self.remote, str(self.spec), SERVER if self.server else None, tools)

    def hosts(self, status: int, kind: str = "video/mp4") -> None:
        """Let the videos' host answer so, whatever it is asked."""
        self.videos = dict.fromkeys(self.videos, (status, kind))

    def account(self, **plan: Any) -> None:
        self.localbox.control("POST", "account", plan)

    def row(self, key: str, *, processed: bool = True) -> None:
        """Create a data row of a video whose size the service knows, unless it is not processed."""
        size = {"width": 320, "height": 240} if processed else {}
        self.localbox.control("POST", "media", {"https://example.com/a.mp4": size})
        with self.localbox.client() as client:
            made = client.datasets.create("theirs").id
            client.data_rows.create(made, [{"global_key": key, "row_data": "https://example.com/a.mp4"}])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the videos' host does, or a Prefect server with two deployments, one scheduled, and one worker."""
        if request.url.port != httpx.URL(SERVER).port:
            assert request.headers.keys().isdisjoint({"authorization", "cookie"})
            status, kind = self.videos[request.method]
            return httpx.Response(status, headers={"content-type": kind})
        answers: Mapping[str, Any] = {
            "/api/admin/version": "3.9.1",
            "/api/work_pools/filter": [{"name": "labelferry"}],
            "/api/deployments/filter": [
                {"name": "sync", "work_pool_name": "labelferry", "schedules": [{"active": self.scheduled}]},
                {"name": "plan", "work_pool_name": "labelferry", "schedules": []},
            ],
            "/api/work_pools/labelferry/workers/filter": [{"last_heartbeat_time": self.heartbeat.isoformat()}],
        }
        return httpx.Response(200, json=answers[request.url.path])


Deed = Callable[[World], object]


def integration(world: World, **plan: Any) -> None:
    world.localbox.control("POST", "integrations", {"name": "Ours", "isOrgDefault": True, **plan})


def seed(world: World, **changes: Any) -> None:
    """Change every integration, as in Labelbox's workspace settings."""
    state = world.localbox.state()
    for row in state["integrations"]:
        row.update(changes)
    world.localbox.control("POST", "seed", state)


def processed(world: World) -> None:
    """Labelbox has fetched the video by now."""
    state = world.localbox.state()
    for row in state["data_rows"]:
        row["media_attributes"] = '{"width": 320, "height": 240}'
    world.localbox.control("POST", "seed", state)


def rewrite(world: World, old: str, new: str, name: str = "streets.yaml") -> None:
    path = world.folder / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def near(**delta: float) -> float:
    return (datetime.now(UTC) + timedelta(**delta)).timestamp()


def with_settings(world: World, **changes: Any) -> None:
    world.settings = replace(world.settings, **changes)


def twice(world: World) -> None:
    with world.localbox.client() as client:
        client.projects.create("Streets")
        client.projects.create("Streets")


def one_project(world: World) -> None:
    rewrite(world, "{name: Streets, media_type", f"{{id: {world.localbox.table('projects')[0]['id']}, media_type")


def undoing(world: World, deed: Callable[[Any], object]) -> None:
    """Leave an undo half done in the ledger, or finish it."""
    (world.folder / "home").mkdir(exist_ok=True)
    with open_ledger(world.settings.ledger_url) as file:
        ledger = file.of("org", "streets")
        ledger.record_run(ledger.now(), "done", {"remote": "Labelbox"})
        deed(ledger)


def private(world: World) -> None:
    rewrite(world, "https://example.com/", "https://bucket.s3.amazonaws.com/", "videos.csv")


def on_server(world: World, *, scheduled: bool) -> None:
    world.server, world.scheduled = True, scheduled


def signed(world: World, ends: timedelta) -> None:
    """Give the videos addresses that end then, whatever they were signed for before."""
    began = f"{datetime.now(UTC) + ends - timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    query = f"X-Amz-Date={began}&X-Amz-Expires=3600&X-Amz-Signature=00"
    (world.folder / "videos.csv").write_text(
        f"global_key,row_data\nstreet-1,https://b.s3.amazonaws.com/street-1.mp4?{query}\n", "utf-8"
    )


def naming(world: World, integration: str) -> None:
    rewrite(world, "dataset: Streets", f"dataset: {{name: Streets, iam_integration: {integration}}}")


def signed_by_another(world: World) -> None:
    """Name an integration that does not sign for the dataset, which exists."""
    integration(world, isOrgDefault=False)
    naming(world, "Ours")
    with world.localbox.client() as client:
        client.datasets.create("Streets")


def sign_in_labelbox(world: World) -> None:
    with world.localbox.client() as client:
        (dataset,), (ours,) = client.datasets.find("Streets"), client.integrations.list()
        client.integrations.sign(dataset.id, ours.id)


def ontologies(world: World, count: int) -> None:
    with world.localbox.client() as client:
        for number in range(count):
            client.ontologies.create(f"theirs {number}", {"tools": [], "classifications": []})


def delete_ontologies(world: World, count: int) -> None:
    with world.localbox.client() as client:
        for row in world.localbox.table("ontologies")[:count]:
            client.ontologies.delete(row["id"])


def tools(world: World, count: int) -> None:
    names = "".join(f"  - {{tool: BBOX, name: car {number}}}\n" for number in range(count))
    (world.folder / "ontology.yaml").write_text(f"tools:\n{names}", "utf-8")


def from_a_project(world: World) -> None:
    rewrite(world, "videos: videos.csv", "videos: {project: Lanes}")


ONTOLOGY_LINE = next(line for line in SPEC.splitlines() if line.startswith("ontology:"))


def with_a_project(world: World) -> None:
    with world.localbox.client() as client:
        client.projects.create("Lanes")


WORLDS: dict[str, tuple[Deed, Topic, Level, str, Deed]] = {
    "an account that was measured long ago": (
        lambda world: world.measured(timedelta(days=91)),
        Topic.PROFILE,
        Level.WARN,
        "more than 90 days ago",
        World.tested,
    ),
    "a self-test that was not cleaned up": (
        World.left_over,
        Topic.PROFILE,
        Level.WARN,
        "1 self-test left over",
        World.cleaned,
    ),
    "a wrong or expired key": (
        lambda world: with_settings(world, api_key=SecretStr("expired")),
        Topic.KEY,
        Level.BAD,
        "LABELBOX_API_KEY",
        lambda world: with_settings(world, api_key=SecretStr(world.localbox.key)),
    ),
    "a key that expires in two days": (
        lambda world: world.account(keys=[{"name": "nightly", "expiresAtEpoch": near(days=2)}]),
        Topic.KEY_LIFE,
        Level.WARN,
        "'nightly' expires",
        lambda world: world.account(keys=[{"name": "nightly", "expiresAtEpoch": near(days=200)}]),
    ),
    "a key that is bound to addresses": (
        lambda world: world.account(keys=[{"name": "office", "allowedIpCidrs": ["192.0.2.0/24"]}]),
        Topic.KEY_LIFE,
        Level.WARN,
        "office",
        lambda world: world.account(keys=[{"name": "office"}]),
    ),
    "a viewer": (
        lambda world: world.account(viewer=True),
        Topic.ROLE,
        Level.BAD,
        "a viewer",
        lambda world: world.account(role="Admin"),
    ),
    "a labeler": (
        lambda world: world.account(role="Labeler"),
        Topic.ROLE,
        Level.BAD,
        "Labeler",
        lambda world: world.account(role="Admin"),
    ),
    "an invalid default integration": (
        lambda world: integration(world, valid=False),
        Topic.INTEGRATIONS,
        Level.BAD,
        "is not valid",
        lambda world: seed(world, valid=1),
    ),
    "two default integrations": (
        lambda world: [integration(world), integration(world, name="Other")],
        Topic.INTEGRATIONS,
        Level.BAD,
        "2 IAM integrations are the workspace's default",
        lambda world: naming(world, world.localbox.table("integrations")[0]["id"]),
    ),
    "a private bucket without an integration": (
        private,
        Topic.STORAGE,
        Level.WARN,
        "AWS",
        lambda world: rewrite(world, "dataset: Streets", "dataset: {name: Streets, iam_integration: none}"),
    ),
    "a key in another case": (
        lambda world: world.row("Street-1"),
        Topic.ROWS,
        Level.WARN,
        "street-1",
        lambda world: [rewrite(world, "street-1,", "Street-1,", "videos.csv")],
    ),
    "a row that does not exist, and has no row_data": (
        lambda world: (world.folder / "videos.csv").write_text("global_key\nstreet-1\n", "utf-8"),
        Topic.ROWS,
        Level.BAD,
        "0 of 1 data row exist; without row_data, and not found: street-1",
        lambda world: world.row("street-1"),
    ),
    "a row that is not processed": (
        lambda world: world.row("street-1", processed=False),
        Topic.ROWS,
        Level.WARN,
        "Processing issues",
        processed,
    ),
    "two projects of the name": (twice, Topic.NAMES, Level.BAD, "'Streets'", one_project),
    "a clock that is off by an hour": (
        lambda world: setattr(world, "ahead", timedelta(hours=1)),
        Topic.CLOCK,
        Level.BAD,
        "ahead",
        lambda world: setattr(world, "ahead", timedelta()),
    ),
    "an old Prefect with a new SQLAlchemy": (
        lambda world: world.versions.update(prefect=(3, 8, 8)),
        Topic.VERSIONS,
        Level.BAD,
        "schedules nothing",
        lambda world: world.versions.update(prefect=(3, 9, 1)),
    ),
    "a schedule that is switched off": (
        lambda world: on_server(world, scheduled=False),
        Topic.SERVER,
        Level.WARN,
        "the schedules of sync are switched off",
        lambda world: on_server(world, scheduled=True),
    ),
    "a dead worker": (
        lambda world: [setattr(world, "server", True), setattr(world, "heartbeat", datetime.now(UTC) - SILENCE)],
        Topic.SERVER,
        Level.BAD,
        "no worker",
        lambda world: setattr(world, "heartbeat", datetime.now(UTC)),
    ),
    "a half undone onboarding": (
        lambda world: undoing(world, lambda ledger: begin(ledger, [])),
        Topic.LEDGER,
        Level.BAD,
        "interrupted",
        lambda world: undoing(world, end),
    ),
    "a home that is a file": (
        lambda world: [
            (world.folder / "taken").write_text("", "utf-8"),
            with_settings(world, home=world.folder / "taken"),
        ],
        Topic.HOME,
        Level.BAD,
        "cannot be written to",
        lambda world: with_settings(world, home=world.folder / "home"),
    ),
    "no limit of requests": (
        lambda world: with_settings(world, requests_per_minute=None),
        Topic.RATE,
        Level.WARN,
        "no limit",
        lambda world: with_settings(world, requests_per_minute=1_500),
    ),
    "presigned addresses that have ended": (
        lambda world: signed(world, timedelta(minutes=-5)),
        Topic.STORAGE,
        Level.BAD,
        "the presigned address of 1 video ended",
        lambda world: signed(world, timedelta(days=9)),
    ),
    "presigned addresses that end soon": (
        lambda world: signed(world, timedelta(days=2)),
        Topic.STORAGE,
        Level.WARN,
        "end within 7 days",
        lambda world: signed(world, timedelta(days=9)),
    ),
    "data rows of a project that does not exist": (
        from_a_project,
        Topic.NAMES,
        Level.BAD,
        "no project is named 'Lanes'",
        with_a_project,
    ),
    "an ontology that is only named and does not exist": (
        lambda world: rewrite(world, ONTOLOGY_LINE, "ontology: Lanes"),
        Topic.NAMES,
        Level.BAD,
        "no ontology is named 'Lanes'",
        lambda world: rewrite(world, "ontology: Lanes", ONTOLOGY_LINE),
    ),
    "an integration that does not exist": (
        lambda world: naming(world, "Theirs"),
        Topic.INTEGRATIONS,
        Level.BAD,
        "no IAM integration 'Theirs' (it has none)",
        lambda world: rewrite(world, "Theirs", "none"),
    ),
    "an integration that is not valid": (
        lambda world: [integration(world, isOrgDefault=False, valid=False), naming(world, "Ours")],
        Topic.INTEGRATIONS,
        Level.BAD,
        "is not valid",
        lambda world: seed(world, valid=1),
    ),
    "an invalid default that no video needs": (
        lambda world: integration(world, valid=False),
        Topic.INTEGRATIONS,
        Level.BAD,
        "iam_integration: none under dataset",
        lambda world: naming(world, "none"),
    ),
    "a dataset that another integration signs for": (
        signed_by_another,
        Topic.STORAGE,
        Level.BAD,
        "not signed by any IAM integration, the spec names",
        sign_in_labelbox,
    ),
    "a private bucket and a dataset that nothing signs for": (
        lambda world: [signed_by_another(world), rewrite(world, "Ours", "default"), private(world)],
        Topic.STORAGE,
        Level.WARN,
        "no IAM integration signs",
        sign_in_labelbox,
    ),
    "a video that does not exist": (
        lambda world: world.hosts(404),
        Topic.STORAGE,
        Level.WARN,
        "cannot be read from here: street-1 (404 Not Found)",
        lambda world: world.hosts(200),
    ),
    "a page that asks for a login": (
        lambda world: world.hosts(200, "text/html; charset=utf-8"),
        Topic.STORAGE,
        Level.WARN,
        "street-1 (a web page, not a video)",
        lambda world: world.hosts(200),
    ),
    "a video at a private address": (
        lambda world: rewrite(world, "https://example.com/", "http://10.0.0.3/", "videos.csv"),
        Topic.STORAGE,
        Level.BAD,
        "cannot reach the private addresses of street-1",
        lambda world: rewrite(world, "http://10.0.0.3/", "https://example.com/", "videos.csv"),
    ),
    "the free tier's last ontologies": (
        lambda world: ontologies(world, 23),
        Topic.LIMITS,
        Level.WARN,
        "23 of 25",
        lambda world: delete_ontologies(world, 1),
    ),
    "no room for another ontology": (
        lambda world: ontologies(world, 25),
        Topic.LIMITS,
        Level.BAD,
        "the spec needs a new one",
        lambda world: with_settings(world, requests_per_minute=5_000),
    ),
    "an ontology of too many features": (
        lambda world: tools(world, 4_001),
        Topic.LIMITS,
        Level.BAD,
        "4,001 of at most 4,000",
        lambda world: tools(world, 40),
    ),
    "a service that is out of reach": (
        lambda world: with_settings(world, endpoint="http://127.0.0.1:9/graphql"),
        Topic.KEY,
        Level.OUT_OF_REACH,
        "cannot reach",
        lambda world: with_settings(world, endpoint=world.localbox.endpoint),
    ),
}
SILENCE = timedelta(minutes=5)
CODES = {Level.BAD: 2, Level.WARN: 3, Level.OUT_OF_REACH: 1}


@pytest.fixture
def world(localbox: Localbox, tmp_path: Path) -> World:
    return World(localbox, tmp_path)


@contextmanager
def unchanged(localbox: Localbox) -> Iterator[None]:
    """Nothing is changed at the service inside the block."""
    before = localbox.kept()
    yield
    assert localbox.kept() == before
    assert localbox.mutations() == []


def test_all_is_well(world: World) -> None:
    world.server = True
    world.localbox.forget()
    with unchanged(world.localbox):
        found = world.examined()
    assert {check.level for check in found.checks} == {Level.OK}, found
    assert {check.topic for check in found.checks} == set(Topic)
    assert found.exit_code == 0


@pytest.mark.parametrize("name", WORLDS)
def test_a_broken_world_is_found_and_its_remedy_works(name: str, world: World) -> None:
    breaking, topic, level, said, following = WORLDS[name]
    breaking(world)
    world.localbox.forget()
    with unchanged(world.localbox):
        found = world.examined()
    faults = [check for check in found.checks if check.level is not Level.OK]
    assert [(check.topic, check.level) for check in faults] == [(topic, level)], found
    assert said in faults[0].found + faults[0].remedy
    assert faults[0].remedy
    assert found.exit_code == CODES[level]
    following(world)
    assert world.examined().exit_code == 0, world.examined()


def test_a_host_that_refuses_head_is_asked_for_a_byte(world: World) -> None:
    world.videos["HEAD"] = (403, "text/html")
    assert world.examined().exit_code == 0


def test_a_strangers_spec_sends_no_requests_to_where_it_likes(world: World) -> None:
    world.hosts(404)
    world.settings, world.spec = replace(world.settings, specs=world.folder), world.spec.read_text("utf-8")
    found = world.examined()
    assert (found.exit_code, "1 video" in str(found.checks)) == (0, True)


def test_a_run_in_progress_is_told(world: World) -> None:
    with open_ledger(world.settings.ledger_url) as file:
        ledger = file.of(world.organization, "streets")
        ledger.record_run(ledger.now(), "done", {"remote": "Labelbox"})
        assert "in progress" not in str(world.examined().checks)
        with held(ledger.lease()):
            (told,) = (check for check in world.examined().checks if "in progress" in check.found)
    assert (told.level, told.found.startswith("a run of 'streets' is in progress (process ")) == (Level.OK, True)


def test_versions_of_what_is_installed() -> None:
    assert (installed("httpx") or ())[0] == 0
    assert installed("no-such-package") is None
