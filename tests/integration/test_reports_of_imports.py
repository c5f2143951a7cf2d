"""Imports whose outcome the service reports in every way: nothing twice, nothing false, no dead end.

``python -m benches.outcomes`` goes through the whole product.
"""

from pathlib import Path

import pytest

from tests.faults.mutations import Case, carried_through, sample_of_cases, settings_in
from tests.integration.conftest import Localbox


@pytest.mark.parametrize("case", sample_of_cases(), ids=str)
def test_it_ends_well(localbox: Localbox, tmp_path: Path, case: Case) -> None:
    settings = settings_in(tmp_path / "home", localbox.endpoint, localbox.key)
    assert carried_through(case, localbox.control, settings, tmp_path).wrong == []
