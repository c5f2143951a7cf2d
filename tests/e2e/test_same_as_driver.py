"""The driver that the crash sweep kills asks for the same things, in the same order, as the command line does."""

from pathlib import Path

from tests.e2e.conftest import KEY, Ferry, Localbox
from tests.faults.driver import Job
from tests.faults.world import World, outcomes, warm_driver, write_guide


def test_the_driver_sends_what_the_flow_sends(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    specs = write_guide(tmp_path / "specs")
    for spec in specs:
        ferry("onboard", spec).done()
    sent = localbox.operations()
    localbox.control("POST", "reset")
    home = tmp_path / "driven"
    home.mkdir()
    with warm_driver(tmp_path, KEY) as driver:
        assert World(localbox.endpoint, driver).run(Job(str(home), localbox.endpoint, specs)) == 0, outcomes(home)
    assert localbox.operations() == sent
