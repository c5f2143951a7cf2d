"""Settings from the environment, above all the ways to give the key."""

from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.labelbox import Pace, Policy
from labelferry.remote import policy_of
from labelferry.settings import Settings

KEY = "canary-key-of-the-settings"


def key_of(**environment: str) -> str | None:
    settings = Settings.from_environment({"LABELFERRY_HOME": "/nowhere", **environment})
    assert KEY not in repr(settings)
    return None if settings.api_key is None else settings.api_key.get_secret_value()


def test_the_key_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", "utf-8")
    assert key_of() is None
    assert key_of(LABELBOX_API_KEY=" ") is None
    assert key_of(LABELBOX_API_KEY=KEY) == KEY
    assert key_of(LABELBOX_API_KEY_FILE=str(file)) == KEY
    assert key_of(LABELBOX_API_KEY_FILE=str(file), LABELBOX_API_KEY=" ") == KEY
    assert key_of(LABELBOX_API_KEY_FILE=str(file), LABELBOX_API_KEY="another") == "another"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read (No such file or directory)"), (b"", "is empty"), (b"\xff\xfe", "it is not UTF-8 text")],
)
def test_a_key_file_without_a_key_never_means_localbox(content: bytes | None, said: str, tmp_path: Path) -> None:
    """Without this the labels would go to the embedded localbox, unnoticed."""
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SpecError, match=f"LABELBOX_API_KEY_FILE: .*{said}".replace("(", r"\(").replace(")", r"\)")):
        key_of(LABELBOX_API_KEY_FILE=str(file))


def test_a_key_file_without_an_end() -> None:
    with pytest.raises(SpecError, match="LABELBOX_API_KEY_FILE: /dev/zero cannot be read"):
        key_of(LABELBOX_API_KEY_FILE="/dev/zero")


NUMBERS = {
    "LABELFERRY_RATE": ("fast", "requests per minute"),
    "LABELFERRY_PATIENCE": ("0", "seconds"),
    "LABELFERRY_DEADLINE": ("1.5", "seconds"),
    "LABELFERRY_WAIT": ("-1", "seconds"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_is_none(name: str) -> None:
    text, what = NUMBERS[name]
    with pytest.raises(SpecError, match=f"{name}.*'{text}'.*{what}.*such as [0-9]+"):
        Settings.from_environment({"LABELFERRY_HOME": "/nowhere", name: text})


def test_the_least_that_is_taken() -> None:
    least = dict.fromkeys(NUMBERS, "1") | {"LABELFERRY_WAIT": "0"}
    settings = Settings.from_environment({"LABELFERRY_HOME": "/nowhere", **least})
    assert (settings.requests_per_minute, settings.patience, settings.deadline, settings.wait) == (1, 1, 1, 0)


def test_a_deadline_holds_for_every_wait() -> None:
    settings = Settings.from_environment({"LABELFERRY_HOME": "/nowhere", "LABELFERRY_DEADLINE": "7"})
    policy = policy_of(settings)
    paces = [value for name in Policy.__slots__ if isinstance(value := getattr(policy, name), Pace)]
    assert [pace.deadline for pace in paces] == [7] * 6
    assert policy_of(Settings.from_environment({"LABELFERRY_HOME": "/nowhere"})).imports.deadline == 14_400
    long = Settings.from_environment({"LABELFERRY_HOME": "/nowhere", "LABELFERRY_DEADLINE": "50000"})
    assert policy_of(long).appearing == Policy().appearing
