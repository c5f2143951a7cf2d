"""A user whose labels are three boxes on two rows."""

from pathlib import Path

import pytest

from labelferry.labelbox import Client
from tests.faults.streets import box
from tests.integration.onboarding.yard import Yard
from tests.localbox_server import Localbox


@pytest.fixture
def yard(localbox: Localbox, tmp_path: Path, client: Client) -> Yard:
    made = Yard(localbox, tmp_path, client)
    made.write([box("street-1", 1), box("street-1", 2), box("street-2", 3)])
    return made
