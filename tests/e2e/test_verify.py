"""``labelferry verify`` from the command to its exit code: 0 proven or accepted, 1 differs or pending, 2 nothing there,
3 lines were refused.
"""

from pathlib import Path

import httpx
import orjson

from tests.e2e.conftest import Ferry
from tests.e2e.test_outages import GOOD, MIXED, write
from tests.localbox_server import Localbox


def move_the_car(localbox: Localbox) -> None:
    state = localbox.control("GET", "state")
    car = next(row for row in state["annotations"] if '"car"' in row["line"])
    line = orjson.loads(car["line"])
    line["segments"][0]["keyframes"][0]["bbox"]["top"] += 2.5
    car["line"] = orjson.dumps(line).decode()
    localbox.control("POST", "seed", state)


def test_ground_truth_is_verified(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path, GOOD, "ground-truth")
    ferry("onboard", spec).done()
    before = {name: localbox.table(name) for name in ("data_rows", "projects", "imports", "labels", "annotations")}
    assert "streets: verified: the service has what was sent" in ferry("verify", spec).done()
    found = ferry("verify", spec, "--json")
    assert (found.code, found.json["outcome"], found.json["totals"]["equal"]) == (0, "verified", 2)
    assert {name: localbox.table(name) for name in before} == before


def test_a_moved_keyframe_is_told_with_row_place_and_frame(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path, GOOD, "ground-truth")
    ferry("onboard", spec).done()
    move_the_car(localbox)

    told = ferry("verify", spec)

    assert told.code == 1
    assert "moved: street-1, 'car' (labels.ndjson:1): frame 3 by 2.5 px" in told.out
    assert told.err == "labelferry: streets differs: 0 labels missing, 0 extra, 1 moved\n"
    kept = orjson.loads((ferry.home / "reports" / "streets-verify.json").read_bytes())
    (difference,) = kept["rows"][0]["differences"]
    assert difference == {
        "kind": "moved",
        "row": "street-1",
        "feature": "car",
        "place": "labels.ndjson:1",
        "what": "frame 3 by 2.5 px",
        "frame": 3,
        "pixels": 2.5,
    }


def test_prelabels_are_accepted_and_nothing_is_exported(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path, GOOD)
    ferry("onboard", spec).done()
    localbox.forget()
    found = ferry("verify", spec, "--json")
    assert (found.code, found.json["outcome"], found.json["accepted"]) == (0, "accepted", 2)
    assert localbox.mutations() == []
    assert "cannot be read back" in ferry("verify", spec).done()


def test_refused_lines_are_failed_not_missing(ferry: Ferry, tmp_path: Path) -> None:
    spec = write(tmp_path, MIXED, "ground-truth")
    assert ferry("onboard", spec).code == 3
    found = ferry("verify", spec, "--json")
    assert (found.code, found.json["outcome"]) == (3, "incomplete")
    assert (found.json["accepted"], found.json["failed"], found.json["totals"]["missing"]) == (2, 2, 0)
    assert [line["source"] for line in found.json["failed_lines"]] == ["labels.ndjson:2", "labels.ndjson:4"]


def test_lines_that_were_never_sent_are_pending(ferry: Ferry, tmp_path: Path) -> None:
    spec = write(tmp_path, GOOD[:1], "ground-truth")
    ferry("onboard", spec).done()
    write(tmp_path, GOOD, "ground-truth")
    found = ferry("verify", spec, "--json")
    assert (found.code, found.json["outcome"], found.json["pending"]) == (1, "incomplete", 1)
    assert "run labelferry onboard" in found.err


def test_nothing_was_sent(ferry: Ferry, tmp_path: Path) -> None:
    message = ferry("verify", write(tmp_path, GOOD, "ground-truth")).refused(2)
    assert "run labelferry onboard first" in message


def test_the_run_leaves_an_artifact(flowing: Ferry, prefect_url: str, tmp_path: Path) -> None:
    spec = write(tmp_path, GOOD, "ground-truth")
    flowing("onboard", spec).done()
    flowing("verify", spec).done()
    wanted = {"artifacts": {"key": {"any_": ["verification"]}}, "sort": "CREATED_DESC"}
    kept = httpx.post(f"{prefect_url}/artifacts/filter", json=wanted, trust_env=False).json()
    assert "# streets: verified" in kept[0]["data"]
