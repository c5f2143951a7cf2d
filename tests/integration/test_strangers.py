"""Specs that are pasted, filled in or fetched: what they may read and upload, and that they learn nothing else."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.errors import InputError
from labelferry.spec import Spec
from labelferry.spec.load import load_spec
from tests.integration.test_media import draw, without_pyav
from tests.integration.test_spec_places import serving

WORD = "canary-word-9d2"
VIDEO = {"global_key": "clip", "row_data": "https://example.com/clip.mp4"}
FACTS = {"width": 32, "height": 16, "fps": 25, "frame_count": 10}
PLAIN: dict[str, Any] = {
    "name": "clips",
    "dataset": "Clips",
    "project": "Clips",
    "ontology": {"name": "Clips", "file": "ontology.yaml"},
    "videos": [VIDEO],
    "labels": [],
}
BOXES = "global_key,frame,track,class,left,top,width,height\nclip,1,1,car,1,1,5,5\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """The folder of untrusted specs, with valid files; next to it secrets, and links to them."""
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "ontology.yaml").write_text("tools: [{tool: BBOX, name: car}]", "utf-8")
    (folder / "videos.csv").write_text("global_key,row_data\nclip,https://example.com/clip.mp4\n", "utf-8")
    (folder / "boxes.csv").write_text(BOXES, "utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "gt.txt").write_text("1,1,1,1,5,5,1,1,1\n", "utf-8")
    (folder / "local.csv").write_text("global_key,row_data\nclip,../secret.mp4\n", "utf-8")
    draw(folder / "clip.mp4", list(range(10)))
    for name in ("key.txt", "secret.csv", "secret.yaml", "secret.mp4", "secret.ndjson"):
        (tmp_path / name).write_text(f"{WORD}\n" * 40, "utf-8")
        (folder / f"linked-{name}").symlink_to(tmp_path / name)
        (folder / f"inside-{name}").write_text(f"{WORD}\n" * 40, "utf-8")
    (folder / "linked-labels").mkdir()
    (folder / "linked-labels" / "gt.txt").write_text("1,1,1,1,5,5,1,1,1\n", "utf-8")
    (folder / "linked-labels" / "labels.txt").symlink_to(tmp_path / "key.txt")
    (folder / "out").symlink_to(tmp_path)
    return folder


Give = Callable[[Mapping[str, Any]], Any]


@pytest.fixture(params=["pasted as YAML", "pasted as JSON", "filled in", "by URL"])
def given(request: pytest.FixtureRequest) -> Iterator[Give]:
    """The ways in which a stranger gives a spec."""
    pages: dict[str, tuple[int, bytes]] = {}
    with serving(pages) as address:

        def fetched(spec: Mapping[str, Any]) -> str:
            pages["/spec.yaml"] = (200, yaml.safe_dump(dict(spec)).encode())
            return f"{address}/spec.yaml"

        yield {
            "pasted as YAML": lambda spec: yaml.safe_dump(dict(spec)),
            "pasted as JSON": lambda spec: orjson.dumps(spec, option=orjson.OPT_NON_STR_KEYS).decode(),
            "filled in": Spec.model_validate,
            "by URL": fetched,
        }[request.param]


def carried(spec: object, folder: Path | None, home: Path) -> Desired:
    return build(load_spec(spec, folder), home)  # type: ignore[arg-type]


def table(path: str) -> dict[str, Any]:
    return {"labels": [{"format": "table", "path": path}]}


def mot(path: str, **options: Any) -> dict[str, Any]:
    return {"labels": [{"format": "mot", "path": path, "global_key": "clip", **options}]}


def ndjson(path: str) -> dict[str, Any]:
    return {"labels": [{"format": "ndjson", "path": path}]}


def ontology(path: str) -> dict[str, Any]:
    return {"ontology": {"name": "Clips", "file": path}}


def local(path: str, **facts: int) -> dict[str, Any]:
    return {"videos": [{"global_key": "clip", "row_data": path, **facts}]}


RIGHT = {
    "nothing but an ontology": {},
    "a table of videos": {"videos": "videos.csv"},
    "labels": table("boxes.csv"),
    "labels by pattern": table("b*.csv"),
    "labels in a folder": mot("sub/gt.txt", classes={1: "car"}),
    "a local video": local("clip.mp4"),
    "a local video with its facts": local("clip.mp4", **FACTS),
    "local videos by pattern": {"videos": "cl*.mp4"},
}


@pytest.mark.parametrize("change", RIGHT.values(), ids=RIGHT)
def test_what_lies_below_the_folder_is_read(change: dict[str, Any], given: Give, specs: Path, home: Path) -> None:
    assert carried(given(PLAIN | change), specs, home).counts.rows == 1


def places(name: str) -> Iterator[str]:
    """All ways in which a path leads to a file outside the folder."""
    yield from (f"{{tmp}}/{name}", f"../{name}", f"linked-{name}", f"out/{name}", f"sub/../../{name}")


READS: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "ontology": ("secret.yaml", ontology),
    "ontology, a text": ("key.txt", ontology),
    "videos": ("secret.csv", lambda path: {"videos": path}),
    "labels as a table": ("secret.csv", table),
    "labels as MOT": ("key.txt", mot),
    "labels as lines": ("secret.ndjson", ndjson),
    "a local video": ("secret.mp4", local),
    "a local video with its facts": ("secret.mp4", lambda path: local(path, **FACTS)),
    "a text as a local video": ("key.txt", lambda path: local(path, **FACTS)),
}


@pytest.mark.parametrize("what", READS)
def test_nothing_else_is_read_or_told(what: str, given: Give, specs: Path, home: Path, tmp_path: Path) -> None:
    name, naming = READS[what]
    for path in places(name):
        said = refused(given(PLAIN | naming(path.format(tmp=tmp_path))), specs, home)
        assert "LABELFERRY_SPECS" in said or "a link leads out" in said
    if what.startswith(("labels", "videos")):
        assert "a link leads out" in refused(given(PLAIN | naming("linked-*")), specs, home)


@pytest.mark.parametrize("what", READS)
def test_a_file_of_another_kind_is_not_quoted(what: str, given: Give, specs: Path, home: Path) -> None:
    """It is where untrusted specs may read, and is still not shown: it may be there by accident."""
    name, naming = READS[what]
    refused(given(PLAIN | naming(f"inside-{name}")), specs, home)


@pytest.mark.parametrize("what", READS)
def test_without_a_folder_no_file_is_read(what: str, given: Give, specs: Path, home: Path) -> None:
    name, naming = READS[what]
    spec = PLAIN | {"ontology": {"name": "Clips", "from": "labels"}} | naming(f"inside-{name}")
    assert "LABELFERRY_SPECS" in refused(given(spec), None, home)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"videos": "local.csv"}, id="a path in a table of videos"),
        pytest.param(mot("linked-labels/gt.txt"), id="the file of classes next to a MOT file"),
        pytest.param(local("/dev/zero", **FACTS), id="a device"),
        pytest.param(local("file:///etc/passwd", **FACTS), id="a URL of a file"),
        pytest.param({"labels": [{"format": "python", "path": "labels.py"}]}, id="code"),
    ],
)
def test_what_a_file_names_in_turn(change: dict[str, Any], given: Give, specs: Path, home: Path) -> None:
    refused(given(PLAIN | change), specs, home)


def refused(spec: object, folder: Path | None, home: Path) -> str:
    """The message of a spec that is refused before anything is written, without any secret."""
    with pytest.raises(InputError) as caught:
        carried(spec, folder, home)
    assert WORD not in "".join(traceback.format_exception(caught.value))
    assert not list(home.rglob("*.jsonl"))
    return str(caught.value)


def test_where_a_stranger_s_file_is_wrong(specs: Path, home: Path) -> None:
    (specs / "boxes.csv").write_text(f"{BOXES}clip,{WORD},1,car,1,1,5,5\n", "utf-8")
    assert refused(yaml.safe_dump(PLAIN | table("boxes.csv")), specs, home).startswith(
        "boxes.csv:3: cannot be read as format table;"
    )
    (specs / "ontology.yaml").write_text(f"tools:\n  - {{tool: BBOX, name: car, x: {WORD}}}\n", "utf-8")
    assert refused(yaml.safe_dump(PLAIN), specs, home).startswith("ontology.yaml:2: cannot be read as an ontology;")


def test_without_pyav_a_stranger_uploads_nothing(specs: Path, home: Path) -> None:
    with without_pyav():
        said = refused(yaml.safe_dump(PLAIN | local("clip.mp4", **FACTS)), specs, home)
    assert "cannot be checked to be a video" in said


def owner_s(folder: Path, change: Mapping[str, Any]) -> Path:
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump(PLAIN | change), "utf-8")
    return path


def test_an_owner_s_spec_reads_what_it_names(specs: Path, home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paths = ontology("../specs/ontology.yaml") | table(f"{specs}/boxes.csv") | local(f"{specs}/clip.mp4")
    assert carried(owner_s(elsewhere, paths), None, home).counts.lines == 1


def test_an_owner_uploads_videos_only(specs: Path, home: Path) -> None:
    """Whatever the manifest says of the file: FFmpeg would take a text for a film of its letters."""
    for name in ("inside-key.txt", "inside-secret.mp4"):
        for facts in ({}, FACTS):
            said = refused(owner_s(specs, local(name, **facts)), None, home)
            assert "not a readable video" in said


def test_without_pyav_an_owner_is_trusted(specs: Path, home: Path) -> None:
    with without_pyav():
        assert carried(owner_s(specs, local("clip.mp4", **FACTS)), None, home).findings == ()


def test_an_owner_s_ontology_of_another_kind_is_not_quoted(specs: Path, home: Path, tmp_path: Path) -> None:
    for path in ("../key.txt", f"{tmp_path}/secret.yaml", "linked-key.txt"):
        said = refused(owner_s(specs, ontology(path)), None, home)
        assert "not an ontology; it must be a mapping with tools, classifications" in said
