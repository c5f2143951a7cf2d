"""A spec's ``videos`` -> VideoRow: a table file, or a list in the spec itself; one row per video.

Columns: global_key, and optionally row_data, external_id, width, height, fps, frame_count, metadata.<name>,
attachments (JSON). A manifest without row_data is of data rows that exist. Facts about data rows:
https://docs.labelbox.com/reference/import-video-data and https://docs.labelbox.com/reference/attachments.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from labelferry.errors import SourceError
from labelferry.files.reach import Reach, is_many
from labelferry.listing import brief
from labelferry.model.feature import Where
from labelferry.model.keys import identity, wrong_key
from labelferry.sources.keys import canonical, refuse_collisions
from labelferry.sources.sheet_files import sheets_of
from labelferry.sources.text import json_in

__all__ = ["COLUMNS", "PICTURE_ENDINGS", "VideoRow", "read_videos"]

COLUMNS = ("global_key", "row_data", "external_id", "width", "height", "fps", "frame_count", "attachments")
METADATA = "metadata."
PICTURE_ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".dcm"}
SCHEMES = ("https", "http", "gs")
STARTS = tuple(f"{scheme}://" for scheme in SCHEMES)
"""Of almost all URLs: taking each apart costs more than all else about it."""
S3, AZURE = "https://BUCKET.s3.REGION.amazonaws.com/KEY", "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH"
HTTPS_FORMS = {"s3": S3, "s3a": S3, "s3n": S3} | dict.fromkeys(("az", "abfs", "abfss", "wasb", "wasbs", "adl"), AZURE)
"""Forms of videos in private buckets: https://docs.labelbox.com/docs/import-aws-s3-data, and -azure-."""
NO_METADATA: Mapping[str, Any] = {}
"""That of all rows without, of which there may be a million."""
ATTACHMENT_KEYS = {"type", "value", "name"}


@dataclass(frozen=True, slots=True)
class VideoRow:
    """One video as it should be in Labelbox.

    Args:
        global_key: trimmed and valid, in the user's own spelling.
        row_data: the URL, or the local path as the user wrote it; left out for a data row that exists in Labelbox.
        where: its place in the manifest.
        file: the local file, when ``row_data`` is not a URL.
        external_id: the user's own name for it.
        width: pixels.
        height: pixels.
        fps: frames per second.
        frame_count: number of frames.
        metadata: values by the name of their metadata field; text when read from a file.
        attachments: each with ``type`` and ``value``, and optionally ``name``.
        without_key: Labelbox's id of an existing data row without a global key, which gets this one.
    """

    global_key: str
    row_data: str | None
    where: Where
    file: Path | None = None
    external_id: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    frame_count: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Mapping[str, Any], ...] = ()
    without_key: str | None = None


def read_videos(videos: str | Sequence[Mapping[str, Any]], reach: Reach) -> tuple[VideoRow, ...]:
    """Read the videos of a spec, in the order given.

    Args:
        videos: path of a CSV, TSV, Parquet, Excel or JSON lines file, a pattern of video files (each one's name is its
            global key), or the rows themselves.
        reach: finds that file, and the videos that it names.

    Raises:
        SourceError: when a column is unknown, a value is missing or wrong, a local file does not exist, or two rows
            have the same global key.
    """
    if not isinstance(videos, str):
        return _rows(_from_list(videos), reach)
    if is_many(videos) and reach.find(videos) is None:
        return _rows(_from_files(videos, reach), reach)
    file = reach.file(videos)
    with reach.unquoted(videos, "a table of videos"):
        return _rows(_from_table(file, videos), reach)


def _rows(cells: Iterable[tuple[Mapping[str, Any], Where]], reach: Reach) -> tuple[VideoRow, ...]:
    rows = tuple(_row(row, where, reach) for row, where in cells)
    if len({identity(row.global_key) for row in rows}) < len(rows):  # only then is the place of each needed
        refuse_collisions((row.global_key, row.where) for row in rows)
    return rows


def _from_files(pattern: str, reach: Reach) -> Iterator[tuple[Mapping[str, Any], Where]]:
    for name in reach.files(pattern):
        _refuse_name(name, Where(pattern, detail=name))
        yield {"global_key": PurePath(name).name, "row_data": name}, Where(pattern, detail=name)


def _refuse_name(name: str, where: Where) -> None:
    path = PurePath(name)
    if path.suffix.lower() in PICTURE_ENDINGS:
        made = f"ffmpeg -framerate 25 -pattern_type glob -i '*{path.suffix}' -pix_fmt yuv420p video.mp4"
        raise _wrong(where, f"a picture, and Labelbox takes a video as one file; make one of the pictures: {made}")
    if wrong := wrong_key(path.name):
        raise _wrong(where, f"{wrong}; or list the videos, so that no file has to be renamed: {LISTED}")


LISTED = "videos: [{global_key: my-video, row_data: path/of/the/file}]"


def _from_table(path: Path, source: str) -> Iterator[tuple[Mapping[str, Any], Where]]:
    for sheet in sheets_of(path, source):
        _check_columns(sheet.columns, Where(source, 1))
        columns = [sheet.keys(name) if name == "global_key" else sheet.text(name) for name in sheet.columns]
        for line, cells in zip(sheet.places.lines.tolist(), zip(*columns, strict=True), strict=True):
            yield (
                {name: cell for name, cell in zip(sheet.columns, cells, strict=True) if _is_said(name, cell)},
                Where(source, line),
            )


def _from_list(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Where]]:
    for number, row in enumerate(rows, 1):
        where = Where("videos", detail=f"entry {number}")
        if not isinstance(row, Mapping):
            raise _wrong(where, "not a mapping; write global_key: ... and row_data: ...")
        cells = dict(row)
        fields = cells.pop("metadata", None) or {}
        if not isinstance(fields, Mapping):
            raise _wrong(where, "metadata is not a mapping; write it as name: value")
        cells |= {f"{METADATA}{name}": value for name, value in fields.items()}
        _check_columns(cells, where)
        yield {name: value for name, value in cells.items() if _is_said(name, value)}, where


def _is_said(name: str, value: object) -> bool:
    """Return whether a cell counts: empty ones do not, but an empty row_data is not the same as none."""
    return name == "row_data" or (value is not None and value != "")


def _check_columns(names: Mapping[str, object], where: Where) -> None:
    likely = {part: name for name in names for part, others in LIKELY.items() if name.strip().lower() in others}
    missing = [part for part in COLUMNS[:2] if part not in names and (part in likely or part == "global_key")]
    if missing:
        renamed = ", ".join(f"rename '{likely[part]}' to {part}" for part in missing if part in likely)
        raise _wrong(where, f"no column {' and '.join(missing)}; {renamed or NEEDED}")
    _refuse_unknown(names, where)


def _refuse_unknown(names: Mapping[str, object], where: Where) -> None:
    if unknown := [name for name in names if not _is_known(name)]:
        listed = ", ".join(map(repr, unknown))
        keep = " and ".join(f"{METADATA}{name}" for name in unknown)
        known = ", ".join(COLUMNS)
        raise _wrong(
            where, f"unknown column {listed}; known are {known}. Rename to {keep} to keep as metadata, or remove it"
        )


NEEDED = "every video needs global_key, and row_data unless it is in Labelbox already"
LIKELY = {
    "global_key": {"key", "name", "id", "video", "video_id", "filename", "file_name", "globalkey", "global key"},
    "row_data": {"url", "uri", "path", "video_url", "link", "href", "rowdata", "row data", "file", "source"},
}


def _is_known(name: str) -> bool:
    return name in COLUMNS or (name.startswith(METADATA) and name != METADATA)


def _row(row: Mapping[str, Any], where: Where, reach: Reach) -> VideoRow:
    row_data = _text(row, "row_data", where)
    if "row_data" in row and not row_data:
        raise _wrong(
            where,
            "row_data is blank; give the URL or the path of the video, or a manifest without row_data if the videos "
            "are in Labelbox already",
        )
    return VideoRow(
        global_key=canonical(_text(row, "global_key", where) or "", where),
        row_data=row_data,
        where=where,
        file=_file(row_data, where, reach),
        external_id=_text(row, "external_id", where),
        width=_count(row, "width", where),
        height=_count(row, "height", where),
        fps=_positive(row, "fps", where),
        frame_count=_count(row, "frame_count", where),
        metadata={name.removeprefix(METADATA): row[name] for name in row if name.startswith(METADATA)} or NO_METADATA,
        attachments=_attachments(row.get("attachments"), where),
    )


def _wrong(where: Where, what: str) -> SourceError:
    return SourceError(f"{where}: {what}", line=where.line)


def _text(row: Mapping[str, Any], name: str, where: Where) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(where, f"{name} {value!r} is not text; put it in quotes")
    return value.strip() if value else None


def _file(row_data: str | None, where: Where, reach: Reach) -> Path | None:
    if row_data is None or row_data.startswith(STARTS):
        return None
    scheme = urlsplit(row_data).scheme if "://" in row_data else ""
    if scheme in SCHEMES:
        return None
    if scheme:
        raise _wrong(where, f"row_data '{brief(row_data)}' {_remedy(scheme)}")
    try:
        path = reach.find(row_data)
    except SourceError as error:
        raise _wrong(where, f"row_data {error}") from error
    if path is None:
        raise _wrong(where, f"row_data '{brief(row_data)}' is not a file under {reach.base}; {reach.relative}")
    return path


def _remedy(scheme: str) -> str:
    """Return what to write instead of a URL that Labelbox does not read; for clouds it reads only gs:// and https."""
    if scheme in HTTPS_FORMS:
        return f"is not a form that Labelbox reads; write its https form, {HTTPS_FORMS[scheme]}"
    known = ", ".join(f"{name}://" for name in SCHEMES)
    return f"is neither {known} nor a path; give one of them"


def _positive(row: Mapping[str, Any], name: str, where: Where) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    number = _number_in(value) if isinstance(value, str) else _number(value)
    if number is None:
        raise _wrong(where, f"{name} {value!r} is not a number above 0; correct it or leave it empty")
    return number


def _number(value: Any) -> float | None:
    """Return a number above 0, None for anything else."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None


_number_in, _whole = lru_cache(1024)(_number), lru_cache(1024)(int)
"""The videos of a manifest are much alike: a number is read once, and kept once for all that have it."""


def _count(row: Mapping[str, Any], name: str, where: Where) -> int | None:
    number = _positive(row, name, where)
    if number is not None and not number.is_integer():
        raise _wrong(where, f"{name} {row[name]!r} is not a whole number; correct it or leave it empty")
    return None if number is None else _whole(number)


ATTACHED = 'write attachments as [{"type": ..., "value": ...}]'


def _attachments(value: object, where: Where) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    items = json_in(value.encode(), where.source, where.line, ATTACHED) if isinstance(value, str) else value
    if not isinstance(items, Sequence):
        items = [items]
    for item in items:
        if not isinstance(item, Mapping) or not {"type", "value"} <= set(item) <= ATTACHMENT_KEYS:
            raise _wrong(where, f"attachment {item!r}; each needs a type and a value, and may have a name")
    return tuple(items)
