"""Long steps have a progress artifact in Prefect; short ones have none."""

from collections.abc import Iterator

import httpx
from prefect import flow

from labelferry.progress import announce
from tasks.progress import LONG_SECONDS, shown


def ticking(seconds: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += seconds


def artifacts(url: str, step: str) -> list[tuple[float, str]]:
    asked = {"artifacts": {"key": {"any_": [f"progress-{step}"]}}, "sort": "CREATED_DESC"}
    found = httpx.post(f"{url}/artifacts/filter", json=asked, trust_env=False).json()
    return [(artifact["data"], artifact["description"]) for artifact in found]


@flow(name="long")
def long(url: str) -> list[list[tuple[float, str]]]:
    """A step that announces its progress three times; returns what was shown after each, and at its end."""
    clock, seen = ticking(LONG_SECONDS), []
    with shown("long-step", lambda: next(clock)):
        for what, done, total in (("data rows", 1, 4), ("data rows", 3, 4), ("looking", 0, None)):
            announce(what, done, total)
            seen.append(artifacts(url, "long-step"))
    return [*seen, artifacts(url, "long-step")]


@flow(name="short")
def short() -> None:
    clock = ticking(LONG_SECONDS / 10)
    with shown("short-step", lambda: next(clock)):
        announce("data rows", 1, 4)


def test_a_long_step_shows_how_far_it_is(prefect_url: str) -> None:
    first, second = (25.0, "data rows: 1 of 4"), (75.0, "data rows: 3 of 4")
    assert long(prefect_url) == [[first], [second], [second], [(100.0, "done")]]


def test_a_short_step_shows_nothing(prefect_url: str) -> None:
    short()
    assert artifacts(prefect_url, "short-step") == []
