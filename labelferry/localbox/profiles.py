"""Profiles: where all the switches stand at once. One comes by name or as a JSON file of the same form.

A file may also be what ``labelferry selftest --profile`` wrote: it has the form under ``behaviours``, beside a format
number, and what has no switch here is left out.

The form is an object from the groups of the control plane to what is posted there: ``{"reading": {"range_base": 1},
"transitions": {"*": {"when": "polls", "n": 3}}}``. What it does not name stands as usual. A profile outlives a reset.
"""

from pathlib import Path
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.named_files import read_regular
from labelferry.localbox.state import jobs, settings
from labelferry.localbox.state.behaviours import GROUPS, Same
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.switches import PROFILE, check

Profile = dict[str, Any]
TRANSITIONS = "transitions"
USUAL = "as-official-tests"


def _standing(name: str) -> Profile:
    """Return the positions of one profile in the table of behaviours."""
    stand = {group: {each.name: getattr(each, name) for each in switches} for group, switches in GROUPS.items()}
    return {group: {key: value for key, value in found.items() if value is not Same} for group, found in stand.items()}


PROFILES: dict[str, Profile] = {
    USUAL: {},
    "as-documented": _standing("documented"),
    "hostile": _standing("hostile") | {TRANSITIONS: {"*": {"when": "polls", "n": 3}}},
}


def named(like: str) -> Profile:
    """Return a profile by its name, or read it from a file.

    Raises:
        MalformedError: there is no such profile, or the file holds none.
    """
    if like in PROFILES:
        return PROFILES[like]
    try:
        profile = orjson.loads(read_regular(Path(like)))
    except (OSError, ValueError) as error:
        raise MalformedError(f"'{like}' is neither {', '.join(PROFILES)} nor a JSON file: {error}") from error
    if isinstance(profile, dict) and "behaviours" in profile:
        return _measured(profile["behaviours"])
    if not _is_profile(profile):
        raise MalformedError(f"{like}: a profile is an object of objects")
    return dict(profile)


def _is_profile(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def _measured(behaviours: Any) -> Profile:
    """Return what was measured, without what no switch can play back: another spelling, or something else altogether.

    Raises:
        MalformedError: it is not an object of objects.
    """
    if not _is_profile(behaviours):
        raise MalformedError("the behaviours of a measured profile are an object of objects")
    switches = {group: {each.name: each for each in known} for group, known in GROUPS.items()}
    return {
        group: {name: value for name, value in behaviours[group].items() if name in known and known[name].has(value)}
        for group, known in switches.items()
        if group in behaviours
    }


def use(session: Session, profile: Profile) -> None:
    """Make a profile the one that stands wherever a test turns nothing.

    Raises:
        MalformedError: it names a group, a switch or a position that does not exist.
    """
    unknown = set(profile) - set(GROUPS) - {TRANSITIONS}
    if unknown:
        raise MalformedError(f"A profile has no {', '.join(sorted(unknown))}")
    for group, wanted in profile.items():
        if group == TRANSITIONS:
            jobs.check_transitions(wanted)
        else:
            check(group, wanted)
    settings.write(session, PROFILE, profile)
