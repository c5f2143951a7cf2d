"""A plan on the terminal: its texts are what users wrote, not markup."""

from io import StringIO

from rich.console import Console

from labelferry.onboarding.plan import Action, Plan, PlannedStep
from labelferry.reports.plan import print_plan

COUNTS = {"rows": 1, "tracks": 2, "keyframes": 3, "lines": 4, "bytes": 5}


def printed(reason: str, requests_per_minute: int | None = None) -> str:
    steps = (PlannedStep("ontology", "cars [/b]", Action.CONFLICT, reason, count=7, requests=400),)
    plan = Plan("yard", "Labelbox", "org", "fingerprint", COUNTS, steps, requests_per_minute, look_ups=100)
    text = StringIO()
    print_plan(plan.to_dict(), Console(file=text, width=200))
    return text.getvalue()


def test_names_and_reasons_are_told_as_they_are() -> None:
    said = printed("tool '[/red]' is missing, [bold]")
    assert "ontology    cars [/b]" in said
    assert "tool '[/red]' is missing, [bold]" in said
    assert "1 row, 2 tracks, 3 keyframes, 4 lines, 5 bytes; about 500 requests" in said


def test_the_time_is_told_at_the_accounts_limit_or_at_the_lowest() -> None:
    assert "500 requests, 20 s at the free tier's rate limit (set LABELFERRY_RATE for yours)" in printed("no")
    assert "500 requests, 6 s at the limit of 5,000 per minute" in printed("no", 5000)
