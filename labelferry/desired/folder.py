"""Rows, labels and ontology -> the folder of a desired state.

The folder is named after its content and appears completely or not at all, so two runs never write to the same one.
"""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson

from labelferry.desired.state import FORMAT, Counts, Desired
from labelferry.errors import SpecError
from labelferry.files.content import Content, contents_of
from labelferry.model import LabelledVideo
from labelferry.model.findings import Finding
from labelferry.ndjson import ImportLine, LineKind, encode
from labelferry.ontology import Ontology
from labelferry.private import open_private, private_folder
from labelferry.sources.manifest import VideoRow
from labelferry.spec import Spec, checked_name

__all__ = ["APPLIED", "home_of", "kept", "mark", "store"]

ALL = "onboardings"
APPLIED = "applied"
"""File that names the desired state of the latest onboarding."""

CONTENTS = "contents.json"
"""File with the hashes of local videos, so that each is read once."""

KEPT_SECONDS = 7 * 24 * 3600
"""How long the folders of earlier desired states are kept: longer than any run takes."""


def store(
    spec: Spec,
    home: Path,
    rows: tuple[VideoRow, ...],
    labels: Iterable[Sequence[LabelledVideo]],
    ontology: Ontology | None,
    findings: list[Finding],
) -> Desired:
    """Write a desired state under ``home`` and return it.

    Args:
        spec: the spec.
        home: our home folder.
        rows: the data rows.
        labels: those of one row after another.
        ontology: None when the spec names an existing one.
        findings: about all of it.

    Raises:
        SpecError: when the home is not a folder and cannot be created.
    """
    parent = home / home_of(spec.name)
    try:
        private_folder(parent)
    except OSError as error:
        raise SpecError(
            f"LABELFERRY_HOME: {home} is not a folder and cannot be created ({error.strerror}); name another"
        ) from error
    contents = contents_of([row.file for row in rows if row.file is not None], parent / CONTENTS)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=parent))
    try:
        desired = _write(draft, spec, (_row_json(row, contents) for row in rows), labels, ontology, findings)
        folder = parent / desired.fingerprint[:16]
        if folder.exists():
            folder.touch()
        else:
            draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _forget_old(parent, folder)
    return Desired(folder, desired.spec, desired.counts, desired.findings, desired.fingerprint)


def home_of(name: str) -> Path:
    """Return the folder of an onboarding's desired states, below our home folder.

    Raises:
        SpecError: when it is not a valid name.
    """
    return Path(ALL, checked_name(name))


def mark(desired: Desired) -> None:
    """Record that an onboarding is about to carry out this desired state, so that ``kept`` finds it."""
    folder = desired.folder
    draft = folder / APPLIED
    _write_bytes(draft, [folder.name.encode()])
    draft.replace(folder.parent / APPLIED)


def kept(name: str, home: Path) -> Path:
    """Return the folder of the desired state of the latest onboarding of that name.

    Raises:
        SpecError: when there is none on this machine, or another version of labelferry wrote it.
    """
    parent = home / home_of(name)
    try:
        folder = parent / (parent / APPLIED).read_text("utf-8")
        (folder / "onboarding.json").touch()
    except OSError as error:
        known = ", ".join(sorted(path.parent.name for path in home.glob(f"{ALL}/*/{APPLIED}"))) or "none"
        raise SpecError(
            f"no onboarding '{name}' was started with this LABELFERRY_HOME ({home}), which has: {known}. "
            "Run labelferry onboard SPEC"
        ) from error
    return Desired.load(folder).folder


def _forget_old(parent: Path, current: Path) -> None:
    applied = parent / APPLIED
    keep = {current, applied, parent / CONTENTS, parent / applied.read_text("utf-8") if applied.exists() else current}
    for folder in parent.iterdir():
        if folder not in keep and folder.stat().st_mtime < time.time() - KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _write(
    folder: Path,
    spec: Spec,
    rows: Iterable[Mapping[str, Any]],
    labels: Iterable[Sequence[LabelledVideo]],
    ontology: Ontology | None,
    findings: list[Finding],
) -> Desired:
    wishes = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    tree = b"" if ontology is None else orjson.dumps(ontology.to_normalized())
    if tree:
        _write_bytes(folder / "ontology.json", [tree])
    digest = sha256(orjson.dumps([FORMAT, wishes], option=orjson.OPT_SORT_KEYS))
    counts = Counter[str](dict.fromkeys((each.name for each in fields(Counts)), 0))
    with open_private(folder / "rows.jsonl") as out:
        for row in rows:
            text = orjson.dumps(row) + b"\n"
            out.write(text)
            digest.update(text)
            counts["rows"] += 1
    digest.update(tree)
    bodies, index = open_private(folder / "lines.ndjson"), open_private(folder / "index.jsonl")
    with bodies, index:
        for videos in labels:
            for line in encode(videos, onboarding=spec.name):
                bodies.write(line.body + b"\n")
                index.write(orjson.dumps(_index_entry(line)) + b"\n")
                digest.update(line.body)
                counts.update(_counted(line), lines=1, bytes=len(line.body))
    kept = {
        "format": FORMAT,
        "spec": wishes,
        "counts": counts,
        "findings": [finding.to_dict() for finding in findings],
        "fingerprint": digest.hexdigest(),
    }
    _write_bytes(folder / "onboarding.json", [orjson.dumps(kept)])
    return Desired(folder, spec, Counts(**counts), tuple(findings), digest.hexdigest())


def _write_bytes(path: Path, parts: Iterable[bytes]) -> None:
    with open_private(path) as out:
        out.writelines(parts)


def _row_json(row: VideoRow, contents: Mapping[Path, Content]) -> dict[str, Any]:
    wanted = {name: value for name, value in zip(ROW_FIELDS, FIELDS_OF(row), strict=True) if value or value == ""}
    if row.file is not None:
        wanted |= {"file": str(row.file), "content": asdict(contents[row.file])}
    return wanted


ROW_FIELDS = tuple(each.name for each in fields(VideoRow) if each.name != "where")
FIELDS_OF = attrgetter(*ROW_FIELDS)


def _index_entry(line: ImportLine) -> tuple[str | int, ...]:
    return line.uuid, line.row.key, line.feature, line.kind, str(line.where), line.keyframes, len(line.body)


def _counted(line: ImportLine) -> Counter[str]:
    if line.kind is LineKind.CLASSIFICATION:
        return Counter(classifications=1)
    return Counter(masks=line.keyframes) if line.kind is LineKind.MASK else Counter(tracks=1, keyframes=line.keyframes)
