"""The embedded localbox: started without a key, stopped at the end, and reported if it does not start."""

from pathlib import Path

import pytest

from labelferry.errors import UnavailableError
from labelferry.remote import connect, open_remote
from labelferry.settings import Settings


def settings_in(home: Path) -> Settings:
    return Settings.from_environment({"LABELFERRY_HOME": str(home)})


def test_without_a_key_there_is_one_of_our_own(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_remote(settings) as remote:
        assert (remote.name, remote.data) == ("localbox", str(tmp_path / "localbox"))
        with connect(settings, remote) as client:
            assert client.organization.get().id


def test_a_localbox_that_does_not_start(tmp_path: Path) -> None:
    """Its database is none, so it ends without the word that it is ready."""
    (tmp_path / "localbox" / "localbox.db").mkdir(parents=True)
    with (
        pytest.raises(UnavailableError, match="embedded localbox did not start") as refused,
        open_remote(settings_in(tmp_path)),
    ):
        pytest.fail("it is not there")
    assert not refused.value.acted
