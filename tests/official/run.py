"""The official SDK's integration tests, unmodified, run against a localbox: what became of each.

``python -m tests.official.run [PYTEST ARGUMENTS]`` shows pytest's own output.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.localbox_server import Localbox, started
from tests.official import sdist
from tests.official.environments import alone

INSIDE = Path(__file__).with_name("inside")
SUITES = (
    "tests/integration",
    "tests/data/annotation_import",
    "tests/data/export",
    "tests/data/test_data_row_metadata.py",
)
CLIP = "https://storage.googleapis.com/lb-test-data/cataflow/media/test_video_500kb.mp4"
KNOWN_MEDIA = {CLIP: {"frameRate": 25, "frameCount": 627}}
"""The one video that the tests know anything of."""
INTEGRATIONS = ("of the organisation", "aws-da-test-bucket")
"""Without one, tests are skipped; some want one of this name."""
FAR_AWAY = {"operation": "getOntology", "kind": "slow", "seconds": 0.2}
"""The way to the service, for the one test that gives it 10 ms."""


def outcomes(*arguments: str, shown: bool = False) -> dict[str, str]:
    """Return the outcome of each test: passed, failed, error, skipped, xfailed."""
    with tempfile.TemporaryDirectory() as place:
        told = Path(place) / "outcomes.json"
        with started(Path(place) / "data", "--control") as localbox:
            localbox.control("POST", "media", KNOWN_MEDIA)
            localbox.control("POST", "faults", FAR_AWAY)
            for name in INTEGRATIONS:
                localbox.control("POST", "integrations", {"name": name})
            _run(localbox, told, arguments or SUITES, shown=shown)
        found: dict[str, str] = json.loads(told.read_text("utf-8"))
        return found


def _run(localbox: Localbox, told: Path, arguments: tuple[str, ...], *, shown: bool) -> None:
    own = [
        "-c",
        "pyproject.toml",
        "-p",
        "relaxed",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "--timeout=60",
        "-q",
        "--tb=short",
    ]
    command = [str(sdist.python()), "-m", "pytest", *own, *arguments]
    output = None if shown else subprocess.DEVNULL
    subprocess.run(command, cwd=sdist.folder(), env=_environment(localbox, told), stdout=output, check=False)


def _environment(localbox: Localbox, told: Path) -> dict[str, str]:
    """What the tests' conftest asks for, and where the plugin is and writes to."""
    return alone() | {
        "LABELBOX_TEST_ENVIRON": "custom",
        "LABELBOX_TEST_API_KEY": localbox.key,
        "LABELBOX_TEST_GRAPHQL_API_ENDPOINT": localbox.endpoint,
        "LABELBOX_TEST_REST_API_ENDPOINT": f"{localbox.base}/api/v1",
        "DA_GCP_LABELBOX_API_KEY": localbox.key,
        "OFFICIAL_OUTCOMES": str(told),
        "PYTHONPATH": str(INSIDE),
    }


if __name__ == "__main__":
    became = outcomes(*sys.argv[1:], shown=True)
    sys.stdout.write(json.dumps(became, indent=1, sort_keys=True))
