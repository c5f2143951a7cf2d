"""The lines of an import, one after the other: each is checked, written to the status file and, if valid, stored."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.fetching import contents
from labelferry.localbox.ids import new_uuid
from labelferry.localbox.state import annotations, behaviour, data_rows, files, labels, reading, settings
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filestore import FileStore, referenced
from labelferry.localbox.validation import features
from labelferry.localbox.validation.lines import PER_ROW_AND_NAME, BadLineError, Reading, faults, parse, row_of
from labelferry.localbox.validation.masks import BadImageError, Fetch, Media, colour_of, colours, content, opened
from labelferry.localbox.validation.spans import MOST_FRAMES

NOT_KEPT = {"dataRow", "isBenchmarkReferenceLabel"}


@dataclass(frozen=True)
class Verdicts:
    """The outcome of a file's lines."""

    status_file: str
    error_file: str
    lines: int
    failures: int


@dataclass
class Bench:
    """What checking one import needs, and what it has seen so far."""

    session: Session
    import_id: str
    project_id: str
    ground_truth: bool
    ontology: features.Ontology
    fetch: Fetch
    reading: Reading
    lenient: bool
    splits: bool
    marks: bool
    replaces: bool
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    labels: dict[str, str] = field(default_factory=dict)
    benchmarks: set[str] = field(default_factory=set)


def judge(session: Session, import_id: str, project_id: str, input_file: str, kind: str) -> Verdicts:
    """Check a file's lines in order."""
    bench = _bench(session, import_id, project_id, ground_truth=kind == "label-import")
    with files.lines_out(session, "status.ndjson") as statuses, files.lines_out(session, "errors.ndjson") as errors:
        for text in _texts(session, input_file):
            verdict = _verdict(bench, text)
            statuses.write(verdict)
            if verdict["status"] == "FAILURE":
                errors.write(verdict)
    return Verdicts(statuses.reference, errors.reference, statuses.lines, errors.lines)


def _bench(session: Session, import_id: str, project_id: str, *, ground_truth: bool) -> Bench:
    return Bench(
        session=session,
        import_id=import_id,
        project_id=project_id,
        ground_truth=ground_truth,
        ontology=annotations.ontology_of(session, project_id),
        fetch=_fetcher(session.files),
        reading=reading.of(session),
        lenient=settings.flawed(session, "validation"),
        splits=settings.flawed(session, "one-label"),
        marks=not settings.flawed(session, "benchmarks"),
        replaces=behaviour.replaces_prelabels(session),
    )


def _fetcher(store: FileStore) -> Fetch:
    def fetch(url: str) -> bytes:
        try:
            return contents(store, url)
        except MalformedError as error:
            raise BadImageError(str(error)) from error

    return fetch


def _texts(session: Session, input_file: str) -> Iterator[bytes]:
    file_id = referenced(input_file)
    if file_id is not None:
        with session.files.path(file_id).open("rb") as stream:
            yield from (line for line in stream if line.strip())


def _verdict(bench: Bench, text: bytes) -> dict[str, Any]:
    line: dict[str, Any] = {}
    row: data_rows.DataRow | None = None
    try:
        line = parse(text)
        row = _row(bench, line)
        problems = _problems(bench, line, row)
    except BadLineError as error:
        problems = [str(error)]
    verdict = {"uuid": line.get("uuid") or new_uuid(), "dataRow": _named(line, row), "status": "SUCCESS"}
    if problems and bench.lenient:
        return verdict
    if problems:
        return verdict | {"status": "FAILURE", "errors": [_error(problem) for problem in problems]}
    if row is not None:
        _keep(bench, line, row)
    return verdict


def _error(message: str) -> dict[str, Any]:
    return {"name": "ValidationError", "message": message, "additionalInfo": None}


def _named(line: dict[str, Any], row: data_rows.DataRow | None) -> dict[str, Any]:
    if row is None:
        given = line.get("dataRow")
        return given if isinstance(given, dict) else {}
    return {"id": row.id} | ({"globalKey": row.global_key} if row.global_key else {})


def _row(bench: Bench, line: dict[str, Any]) -> data_rows.DataRow:
    way, value = row_of(line)
    column = "id" if way == "id" else "global_key"
    row = bench.session.one(data_rows.DataRow, f"SELECT * FROM data_rows WHERE {column} = ?", (value,))  # noqa: S608
    if row is None:
        raise BadLineError(f"Data row not found: {value}")
    inside = "SELECT 1 FROM batch_rows WHERE project_id = ? AND data_row_id = ?"
    if bench.session.value(inside, (bench.project_id, row.id)) is None:
        raise BadLineError(f"Data row is not in the project: {value}")
    return row


def _problems(bench: Bench, line: dict[str, Any], row: data_rows.DataRow) -> list[str]:
    name = line.get("name")
    if isinstance(name, str):
        bench.counts[row.id, name] += 1
        if bench.counts[row.id, name] > PER_ROW_AND_NAME:
            return [f"More than {PER_ROW_AND_NAME} annotations of '{name}' for one data row in one import"]
    media = row.media or {}
    known = Media(media.get("frameCount") or MOST_FRAMES, media.get("width"), media.get("height"))
    return list(dict.fromkeys(faults(line, bench.ontology, known, bench.fetch, bench.reading)))


def _keep(bench: Bench, line: dict[str, Any], row: data_rows.DataRow) -> None:
    label_id = _label(bench, row.id) if bench.ground_truth else None
    if not bench.ground_truth and bench.replaces:
        labels.drop_predictions(bench.session, bench.project_id, row.id, but=bench.import_id)
    if label_id and line.get("isBenchmarkReferenceLabel") is True:
        _mark(bench, label_id)
    kept = reading.as_kept(bench.session, {key: value for key, value in line.items() if key not in NOT_KEPT})
    if "masks" in kept:
        kept["masks"] = _kept_masks(bench, kept["masks"])
    labels.annotate(
        bench.session,
        label_id=label_id,
        import_id=bench.import_id,
        project_id=bench.project_id,
        row_id=row.id,
        line=as_json(kept),
    )


def _mark(bench: Bench, label_id: str) -> None:
    if bench.marks and label_id not in bench.benchmarks:
        labels.make_benchmark(bench.session, label_id)
        bench.benchmarks.add(label_id)


def _kept_masks(bench: Bench, masks: dict[str, Any]) -> dict[str, Any]:
    return {"instances": masks["instances"], "frames": [_kept_frame(bench, masks, each) for each in masks["frames"]]}


def _kept_frame(bench: Bench, masks: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    data = content(frame, bench.fetch)
    present = colours(opened(data))
    owners = {colour_of(each): number for number, each in enumerate(masks["instances"])}  # the last of each colour
    numbers = sorted(number for colour, number in owners.items() if colour in present)
    reference = files.keep_bytes(bench.session, data, "mask.png", "image/png")
    return {"index": frame["index"], "file": reference, "present": numbers}


def _label(bench: Bench, row_id: str) -> str:
    if row_id not in bench.labels or bench.splits:
        bench.labels[row_id] = labels.create(bench.session, bench.project_id, row_id, bench.import_id)
    return bench.labels[row_id]
