"""Spec and sources -> what should be in Labelbox: rows, ontology, lines. Local, and free to repeat.

The desired state lies in a folder of its own, so that later stations and other processes take a path instead of the
labels themselves::

    onboarding.json   spec, counts, findings, fingerprint
    rows.jsonl        one data row a line
    ontology.json     the normalised tree, absent when the spec names an ontology by id
    lines.ndjson      the annotation lines, those of one data row after one another
    index.jsonl       for each line: uuid, row, feature, place in the user's files, keyframes, bytes
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from labelferry.checks import check
from labelferry.errors import CheckError, SpecError
from labelferry.media import probe
from labelferry.model import Classification, LabelledVideo, Masks, RowRef
from labelferry.model.findings import Finding, Severity
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.ndjson import Line, encode
from labelferry.ontology import Ontology, infer
from labelferry.ontology.file import read as read_ontology
from labelferry.sources.manifest import VideoRow, read_videos
from labelferry.sources.registry import read_labels
from labelferry.spec import ImportAs, LoadedSpec, Spec

__all__ = ["Counts", "Desired", "IndexedLine", "desire"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to carry."""

    rows: int
    tracks: int
    keyframes: int
    masks: int
    classifications: int
    lines: int
    bytes: int


@dataclass(frozen=True, slots=True)
class IndexedLine:
    """A line of ``lines.ndjson`` without its body."""

    uuid: str
    row: str
    feature: str
    source: str
    keyframes: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state, by the folder that it lies in."""

    folder: Path
    spec: Spec
    counts: Counts
    findings: tuple[str, ...]
    fingerprint: str

    @classmethod
    def load(cls, folder: Path) -> "Desired":
        """Take up a desired state that ``desire`` wrote."""
        data = orjson.loads((folder / "onboarding.json").read_bytes())
        return cls(
            folder=folder,
            spec=Spec.model_validate(data["spec"]),
            counts=Counts(**data["counts"]),
            findings=tuple(data["findings"]),
            fingerprint=data["fingerprint"],
        )

    def rows(self) -> list[dict[str, Any]]:
        """The data rows wanted: global_key, row_data, file, and what else the manifest says."""
        return [orjson.loads(line) for line in (self.folder / "rows.jsonl").read_bytes().splitlines()]

    def ontology(self) -> Mapping[str, Any] | None:
        """The normalised ontology wanted, None when the spec names one by id."""
        path = self.folder / "ontology.json"
        tree: Mapping[str, Any] | None = orjson.loads(path.read_bytes()) if path.exists() else None
        return tree

    def index(self) -> Iterator[IndexedLine]:
        """The lines wanted, without their bodies, those of one row after one another."""
        start = 0
        with (self.folder / "index.jsonl").open("rb") as index:
            for text in index:
                uuid, row, feature, source, keyframes, length = orjson.loads(text)
                yield IndexedLine(uuid, row, feature, source, keyframes, start, length)
                start += length + 1

    def body(self, line: IndexedLine) -> bytes:
        """One line as it is sent, without a newline."""
        with (self.folder / "lines.ndjson").open("rb") as lines:
            lines.seek(line.start)
            return lines.read(line.length)


def desire(loaded: LoadedSpec, home: Path, remote_ontology: Ontology | None = None) -> Desired:
    """Read everything that the spec names, check it, and write the desired state down.

    Args:
        loaded: the spec and the folder that its paths are relative to.
        home: folder under which the desired state is written.
        remote_ontology: the ontology that the spec names by id, for the checks.

    Raises:
        InputError: when anything is wrong with the input; nothing is written then.
    """
    findings: list[Finding] = []
    rows = read_videos(loaded.spec.videos, loaded.base)
    videos = [
        _placed(video, loaded.spec, rows_by_key)
        for rows_by_key in [{identity(row.global_key): row.global_key for row in rows}]
        for entry in loaded.spec.labels
        for video in read_labels(entry, loaded.base, findings.append)
    ]
    ontology = _ontology(loaded, videos)
    media = {row.global_key: _media(row, findings) for row in rows}
    findings += check(
        videos,
        ontology=ontology or remote_ontology,
        media=media,
        temporal_base=loaded.spec.frames.temporal_base,
        rows=frozenset(media),
    )
    _refuse_errors(findings)
    return _write(loaded.spec, home, rows, videos, ontology, findings)


def _placed(video: LabelledVideo, spec: Spec, keys: Mapping[str, str]) -> LabelledVideo:
    """The video under the manifest's spelling of its key, and as a benchmark when the spec says so."""
    row = video.row
    if row.global_key is not None:
        row = RowRef(global_key=keys.get(identity(row.global_key), row.global_key))
    benchmark = spec.imports.as_ is ImportAs.GROUND_TRUTH and (video.benchmark or spec.imports.benchmark)
    return LabelledVideo(row, video.where, video.classifications, video.masks, video.tracks, benchmark)


def _ontology(loaded: LoadedSpec, videos: list[LabelledVideo]) -> Ontology | None:
    wanted = loaded.spec.ontology
    if wanted.file:
        return read_ontology(loaded.base / wanted.file)
    if wanted.source and not videos:
        raise SpecError("ontology: there are no labels to make it from; add labels, or name its file or id")
    return infer(videos) if wanted.source else None


def _media(row: VideoRow, findings: list[Finding]) -> Media:
    """What the manifest says of the video, and what the file says where the manifest is silent."""
    given = Media(width=row.width, height=row.height, fps=row.fps, frame_count=row.frame_count)
    if row.file is None or all((row.width, row.height, row.fps, row.frame_count)):
        return given
    seen = probe(row.file, findings.append)
    return Media(
        width=row.width or seen.width,
        height=row.height or seen.height,
        fps=row.fps or seen.fps,
        frame_count=row.frame_count or seen.frame_count,
    )


SHOWN = 20


def _refuse_errors(findings: list[Finding]) -> None:
    errors = [str(finding) for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        more = [f"... and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
        raise CheckError("\n".join(errors[:SHOWN] + more))


def _write(
    spec: Spec,
    home: Path,
    rows: tuple[VideoRow, ...],
    videos: list[LabelledVideo],
    ontology: Ontology | None,
    findings: list[Finding],
) -> Desired:
    folder = home / "onboardings" / spec.name
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "rows.jsonl", (orjson.dumps(_row_json(row)) for row in rows))
    tree = None if ontology is None else orjson.dumps(ontology.to_normalized())
    (folder / "ontology.json").unlink(missing_ok=True)
    if tree is not None:
        (folder / "ontology.json").write_bytes(tree)
    lines, size, digest = 0, 0, sha256((folder / "rows.jsonl").read_bytes() + (tree or b""))
    with (folder / "lines.ndjson").open("wb") as bodies, (folder / "index.jsonl").open("wb") as index:
        for line in encode(_by_row(videos), onboarding=spec.name):
            bodies.write(line.body + b"\n")
            index.write(orjson.dumps(_index_entry(line)) + b"\n")
            digest.update(line.body)
            lines, size = lines + 1, size + len(line.body)
    counts = _counts(rows, videos, lines, size)
    texts = tuple(f"{finding.severity}: {finding}" for finding in findings)
    desired = Desired(folder, spec, counts, texts, digest.hexdigest())
    (folder / "onboarding.json").write_bytes(
        orjson.dumps(
            {
                "spec": spec.model_dump(mode="json", by_alias=True, exclude_none=True),
                "counts": asdict(counts),
                "findings": list(texts),
                "fingerprint": desired.fingerprint,
            }
        )
    )
    return desired


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as out:
        out.writelines(line + b"\n" for line in lines)


def _row_json(row: VideoRow) -> dict[str, Any]:
    wanted = asdict(row)
    del wanted["where"]
    wanted["file"] = None if row.file is None else str(row.file)
    return {name: value for name, value in wanted.items() if value not in (None, (), {})}


def _index_entry(line: Line) -> tuple[str, str, str, str, int, int]:
    return line.uuid, str(line.row), line.feature, str(line.where), line.keyframes, len(line.body)


def _by_row(videos: list[LabelledVideo]) -> list[LabelledVideo]:
    """Videos of one row after one another, rows in order of first appearance."""
    order: dict[str, int] = {}
    for video in videos:
        order.setdefault(str(video.row), len(order))
    return sorted(videos, key=lambda video: order[str(video.row)])


def _counts(rows: tuple[VideoRow, ...], videos: list[LabelledVideo], lines: int, size: int) -> Counts:
    tracks = [track for video in videos for track in video.tracks]
    return Counts(
        rows=len(rows),
        tracks=len(tracks),
        keyframes=sum(len(track) for track in tracks),
        masks=sum(len(masks.frames) for masks in _all(videos, "masks")),
        classifications=len(_all(videos, "classifications")),
        lines=lines,
        bytes=size,
    )


def _all(videos: list[LabelledVideo], name: str) -> list[Any]:
    found: list[Classification | Masks] = []
    for video in videos:
        found.extend(getattr(video, name))
    return found
