"""The login of Prefect's server: created once, private to its owner, or given by the user."""

import stat
import subprocess
from pathlib import Path

import pytest

from deployments.login import CLIENT, SERVER, login
from labelferry.errors import SpecError

ROOT = Path(__file__).resolve().parents[2]


def test_made_once_and_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "login"
    made = login(path, {})
    user, password = made.split(":")
    assert (user, len(password) >= 32) == ("labelferry", True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert login(path, {}) == made
    assert login(tmp_path / "other", {}) != made


@pytest.mark.parametrize(
    "given", [{SERVER: "me:secret"}, {CLIENT: "me:secret"}, {SERVER: "me:secret", CLIENT: "me:secret"}]
)
def test_the_environment_counts_before(given: dict[str, str], tmp_path: Path) -> None:
    assert login(tmp_path / "login", given) == "me:secret"
    assert not (tmp_path / "login").exists()


def test_two_that_differ_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=f"{SERVER} and {CLIENT} differ"):
        login(tmp_path / "login", {SERVER: "me:one", CLIENT: "me:two"})


def test_an_empty_file_is_refused_and_the_remedy_works(tmp_path: Path) -> None:
    path = tmp_path / "login"
    path.touch()
    with pytest.raises(SpecError, match="contains no login; delete it"):
        login(path, {})
    path.unlink()
    assert login(path, {})


def test_under_systemd_no_server_starts_without_one() -> None:
    unit = (ROOT / "deployments" / "systemd" / "labelferry-server.service").read_text("utf-8")
    (line,) = (line for line in unit.splitlines() if line.startswith("ExecStartPre="))
    check = line.removeprefix("ExecStartPre=/bin/sh -c '").removesuffix("'")
    for text, code in (("", 1), ("labelferry:secret", 0)):
        done = subprocess.run(["/bin/sh", "-c", check], env={SERVER: text}, capture_output=True, encoding="utf-8")
        assert (done.returncode, SERVER in done.stdout) == (code, bool(code))
