"""How long a command takes to its first request, in its own process and as a flow, and how long the offline ones take.

``python -m benches.startup`` prints medians of three, in seconds.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SPEC = "config/examples/guide/prelabels.yaml"
KEY, PORT, PREFECT_PORT, TIMES = "startup", 18801, 18802, 3
BOX = f"http://127.0.0.1:{PORT}"
API = f"http://127.0.0.1:{PREFECT_PORT}/api"


@contextmanager
def serving(command: list[str], env: Mapping[str, str], url: str) -> Iterator[None]:
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while not answers(url):
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(60)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def log(method: str) -> Any:
    """What localbox was asked; DELETE forgets it. Not while it is measured: it would take time of its own."""
    answer = httpx.request(method, f"{BOX}/_localbox/requests", headers={"Authorization": f"Bearer {KEY}"})
    return answer.json()["result"]


def first_request(env: Mapping[str, str]) -> float:
    """Seconds from the start of an onboarding to the answer of its first request."""
    log("DELETE")
    began = datetime.now(UTC)
    subprocess.run([BIN / "labelferry", "onboard", SPEC], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return (datetime.fromisoformat(log("GET")[0]["at"]) - began).total_seconds()


def whole(*arguments: str, env: Mapping[str, str]) -> float:
    """Seconds that a command takes."""
    began = time.monotonic()
    subprocess.run([BIN / "labelferry", *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def median(measure: Callable[[], float]) -> str:
    return f"{statistics.median(measure() for _ in range(TIMES)):.2f} s"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LABEL", "PREFECT"))}
        env = kept | {
            "LABELFERRY_HOME": f"{folder}/home",
            "PREFECT_HOME": f"{folder}/prefect",
            "LABELBOX_API_KEY": KEY,
            "LABELBOX_ENDPOINT": f"{BOX}/graphql",
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }
        box = [str(BIN / "labelferry"), "localbox", "--port", str(PORT), "--data", f"{folder}/box", "--key", KEY]
        with serving([*box, "--control"], env, f"{BOX}/_localbox/health"):
            print("labelferry --help             ", median(lambda: whole("--help", env=env)))
            print("labelferry check              ", median(lambda: whole("check", SPEC, env=env)))
            print("first request, in this process", median(lambda: first_request(env)))
            server = [str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(PREFECT_PORT)]
            with serving(server, env, f"{API}/health"):
                there = env | {"PREFECT_API_URL": API}
                print("first request, flow on a server", median(lambda: first_request(there)))


if __name__ == "__main__":
    main()
