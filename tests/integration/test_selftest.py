"""The self-test names what an account does otherwise, leaves nothing behind, and keeps what it measured."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import labelferry
from labelferry.account.assumptions import AssumptionVerdict
from labelferry.account.profile import kept
from labelferry.account.selftest.records import Selftest
from labelferry.account.selftest.run import REQUESTS, Choices, clean_up, run_selftest
from labelferry.ledger import open_ledger
from labelferry.localbox.profiles import PROFILES
from labelferry.remote import Remote
from tests.faults.driver import Clock
from tests.faults.mutations import impatient, settings_in
from tests.faults.world import normalised
from tests.localbox_server import Localbox, started

MUTATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"uuids {each}": ("outcomes", {"uuids": each}) for each in ("upper", "braces", "bare", "own", "none")},
    **{f"words {each}": ("outcomes", {"words": each}) for each in ("lower", "docs")},
    **{f"rows {each}": ("outcomes", {"rows": each}) for each in ("id", "key", "none")},
    **{f"errors {each}": ("outcomes", {"errors": each}) for each in ("texts", "object", "text", "null")},
    "only failures": ("outcomes", {"lines": "failures"}),
    "cut": ("outcomes", {"cut": 12}),
    "further lines": ("outcomes", {"also": [{"status": "SUCCESS"}, 5]}),
    "shown late": ("outcomes", {"shown_after": 2}),
    "rows shown late": ("behaviour", {"rows_shown_after": 2}),
    "no editor": ("behaviour", {"editor": "none"}),
    "empty batches": ("behaviour", {"empty_batch": "made"}),
    "keys freed late": ("behaviour", {"key_release": 2}),
    "keys never freed": ("behaviour", {"key_release": "never"}),
    "pre-labels replaced": ("behaviour", {"prelabels": "replace"}),
    "ranges from 0": ("reading", {"range_base": 0}),
    "ranges from 1": ("reading", {"range_base": 1}),
    "scopes kept apart": ("reading", {"any_scope": False}),
    "nesting kept": ("reading", {"keyframe_nesting": "kept"}),
    "colours once": ("reading", {"repeated_colour": "refused"}),
    "framed aside": ("exports", {"framed": "classifications"}),
    "ranges by answer": ("exports", {"segments": "answer"}),
    "no ranges": ("exports", {"segments": "none"}),
    "labels late": ("exports", {"labels_after": 2}),
}
"""One thing that an account does otherwise each: the group of switches, and which is turned."""


TOGETHER: dict[str, dict[str, Any]] = {
    "outcomes": {"uuids": "bare", "words": "docs", "rows": "key", "errors": "texts", "shown_after": 1},
    "behaviour": {"rows_shown_after": 1, "editor": "none", "empty_batch": "made", "key_release": 3},
    "reading": {"range_base": 1, "any_scope": False, "keyframe_nesting": "kept", "repeated_colour": "refused"},
    "exports": {"segments": "answer", "labels_after": 1},
}
"""Many things at once."""

ENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "no file": ("outcomes", {"file": "missing"}),
    "no address": ("outcomes", {"file": "unnamed"}),
    "never shown": ("outcomes", {"shown_after": "never"}),
    "lost": ("outcomes", {"lost": True}),
    "no editor ever": ("behaviour", {"editor": "missing"}),
}
"""What leaves other assumptions untested."""


PRIVATE = "https://ours.s3.eu-west-1.amazonaws.com/a.mp4"


class Account:
    """An account, on which a self-test is run without waiting."""

    def __init__(self, localbox: Localbox, folder: Path) -> None:
        self.localbox, self.settings = localbox, settings_in(folder / "home", localbox.endpoint, localbox.key)
        localbox.control("POST", "integrations", {"name": "Ours", "isOrgDefault": True})
        localbox.control("POST", "media", {PRIVATE: {"frameCount": 30}})
        self._remote, self._connecting = Remote("Labelbox", localbox.endpoint), partial(impatient, Clock())

    def tried(self, **choices: Any) -> Selftest:
        """Run the self-test."""
        found = run_selftest(self.settings, self._remote, Choices(**{"iam": PRIVATE, **choices}), self._connecting)
        assert found is not None
        return found

    def cleaned(self) -> Selftest:
        """Delete what is left of self-tests."""
        return clean_up(self.settings, self._remote, self._connecting)

    def kept(self) -> dict[str, list[str]]:
        """All that is at the service."""
        return normalised(self.localbox.state())

    def sees_both(self, project: str) -> bool:
        """Return what a person sees in the editor: whether there are two boxes."""
        return sum(row["project_id"] == project for row in self.localbox.table("annotations")) == 2


@pytest.fixture
def account(localbox: Localbox, tmp_path: Path) -> Account:
    return Account(localbox, tmp_path)


def by_verdict(found: Selftest, verdict: AssumptionVerdict) -> dict[str, Any]:
    return {each.assumption.key: each.found for each in found.tried if each.verdict is verdict}


def turned(plan: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {f"{group}.{name}": value for group, values in plan.items() for name, value in values.items()}


def test_every_assumption_is_confirmed_where_all_is_as_assumed(account: Account) -> None:
    before = account.kept()
    found = account.tried(look=account.sees_both)
    assert len(by_verdict(found, AssumptionVerdict.CONFIRMED)) == len(found.tried)
    assert (found.notes, found.left, found.exit_code) == ((), (), 0)
    assert account.kept() == before
    assert abs(found.requests - REQUESTS) <= REQUESTS / 10


def test_the_table_names_all_that_was_turned(account: Account) -> None:
    for group, values in TOGETHER.items():
        account.localbox.control("POST", group, values)
    before = account.kept()
    found = account.tried()
    assert by_verdict(found, AssumptionVerdict.DIFFERS) == turned(TOGETHER)
    assert [*by_verdict(found, AssumptionVerdict.NOT_TESTED)] == ["behaviour.prelabels"]
    assert account.kept() == before


@pytest.mark.full
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_table_names_what_was_turned(account: Account, mutation: str) -> None:
    group, values = MUTATIONS[mutation]
    account.localbox.control("POST", group, values)
    before = account.kept()
    found = account.tried(look=account.sees_both)
    assert by_verdict(found, AssumptionVerdict.DIFFERS) == turned({group: values})
    assert not by_verdict(found, AssumptionVerdict.NOT_TESTED)
    assert account.kept() == before


@pytest.mark.parametrize("end", ["lost", *(pytest.param(each, marks=pytest.mark.full) for each in ENDS)])
def test_what_cannot_be_tested_is_said(account: Account, end: str) -> None:
    group, values = ENDS[end]
    account.localbox.control("POST", group, values)
    account.localbox.control("POST", "transitions", {"*": {"when": "now"}})  # an import that is not shown ends as well
    before = account.kept()
    found = account.tried()
    assert by_verdict(found, AssumptionVerdict.DIFFERS) == turned({group: values})
    assert len(by_verdict(found, AssumptionVerdict.NOT_TESTED)) > 1
    assert account.kept() == before


def test_an_integration_that_cannot_read_is_named(account: Account) -> None:
    before = account.kept()
    found = account.tried(iam="https://theirs.s3.eu-west-1.amazonaws.com/a.mp4")
    assert by_verdict(found, AssumptionVerdict.DIFFERS) == {"account.private_read": False}
    without = account.tried(iam=None)
    assert "account.private_read" in by_verdict(without, AssumptionVerdict.NOT_TESTED)
    assert abs(without.requests - REQUESTS) <= REQUESTS / 10
    assert account.kept() == before


def test_what_is_kept_is_deleted_by_the_next_clean_up(account: Account) -> None:
    before = account.kept()
    assert account.tried(keep=True).kept
    assert len(account.localbox.table("projects")) == 2
    assert account.cleaned().exit_code == 0
    assert account.kept() == before
    assert account.cleaned().requests < 5


def test_nothing_is_created_unless_it_is_decided(account: Account) -> None:
    account.localbox.forget()
    assert (
        run_selftest(account.settings, Remote("Labelbox", account.localbox.endpoint), Choices(lambda _: False)) is None
    )
    assert account.localbox.mutations() == []


def test_the_profile_is_kept_for_the_organisation_and_endpoint(account: Account) -> None:
    account.localbox.control("POST", "reading", {"range_base": 0})
    found = account.tried().profile
    assert found is not None
    with open_ledger(account.settings.ledger_url) as file:
        assert kept(file, found.organization, account.localbox.endpoint) == found
        assert kept(file, found.organization, "https://elsewhere.example/graphql") is None
        assert file.onboardings() == []
    assert found.behaviours["reading"]["range_base"] == 0


def test_localbox_plays_a_profile_back(account: Account, tmp_path: Path) -> None:
    for group, values in TOGETHER.items():
        account.localbox.control("POST", group, values)
    profile = account.tried().profile
    assert profile is not None
    like = tmp_path / "profile.json"
    like.write_text(json.dumps(profile.to_dict()), "utf-8")
    with started(tmp_path / "box", "--control", "--like", str(like)) as box:
        found = Account(box, tmp_path / "again").tried()
    assert by_verdict(found, AssumptionVerdict.DIFFERS) == turned(TOGETHER)


GUIDE = Path(__file__).resolve().parents[2] / "config" / "examples" / "guide"


WORLDS = {**PROFILES, "many things at once": TOGETHER}
BOTH = ("prelabels", "ground-truth")
IN_CI = {("hostile", "prelabels"), ("many things at once", "ground-truth"), ("as-documented", "ground-truth")}


@pytest.mark.parametrize(
    ("world", "kind"),
    [
        pytest.param(world, kind, marks=() if (world, kind) in IN_CI else pytest.mark.full)
        for world in WORLDS
        for kind in BOTH
    ],
)
def test_the_guide_goes_in_after_it_whatever_the_account_is_like(
    account: Account, monkeypatch: pytest.MonkeyPatch, world: str, kind: str
) -> None:
    """Its ranges from frame 0 among it, which an account that counts from 1 refuses."""
    settings = account.settings
    for name, value in {
        "LABELFERRY_HOME": str(settings.home),
        "LABELBOX_API_KEY": account.localbox.key,
        "LABELBOX_ENDPOINT": account.localbox.endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    for group, values in WORLDS[world].items():
        account.localbox.control("POST", group, values)
    account.tried()
    spec = GUIDE / f"{kind}.yaml"
    planned = labelferry.plan(spec)
    cut = [each for each in planned.findings if each["code"] == "range-cut"]
    assert bool(cut) == (WORLDS[world].get("reading", {}).get("range_base") == 1)
    report = labelferry.onboard(spec, planned)
    assert (report.outcome, report.failed, report.unknown) == ("done", 0, 0)
    if kind == "ground-truth":
        assert labelferry.verify(spec).outcome == "verified"
    assert labelferry.onboard(spec).outcome == "nothing to do"
