"""A proposal's parts -> the text of the spec."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from labelferry.files.reach import Reach
from labelferry.listing import counted, shorten
from labelferry.proposal.entries import ProposedEntry, pattern_of
from labelferry.proposal.inventory import FoundVideo
from labelferry.proposal.pairing import How
from labelferry.proposal.questions import Query
from labelferry.yaml_text import block, comment, scalar

__all__ = ["took", "written"]

SHOWN = 4
END = """\
import: {as: prelabels}  # or ground-truth, for finished labels
"""
SKIP = "Labels whose video is not in videos are left out and reported; without this line they stop the import."


def written(
    name: str,
    title: str,
    videos: Mapping[FoundVideo, str],
    entries: Sequence[ProposedEntry],
    queries: Sequence[Query],
    *,
    reach: Reach,
    missing: Sequence[str],
    skips: bool,
) -> str:
    """Return the text of a spec.

    Args:
        name: of the onboarding.
        title: of dataset, project and ontology.
        videos: the videos with their global keys.
        entries: of labels.
        queries: what only a person knows.
        reach: finds the files.
        missing: global keys of videos that have no file and no URL yet.
        skips: whether there are labels without a video.
    """
    lines = comment("Proposed by labelferry init. Read it, answer what is marked with ?, then run labelferry check.")
    lines += [line for query in queries if query.key == "spec" for line in comment(f"? {query.text}")]
    lines += [f"name: {scalar(name)}", f"dataset: {scalar(title)}", f"project: {scalar(title)}"]
    inferred = bool(entries)
    lines += [f"ontology: {{name: {scalar(title)}, from: labels}}" + ("" if inferred else "  # or file: ontology.yaml")]
    lines += ["", *_videos(videos, reach, missing, [query for query in queries if query.key == "videos"])]
    lines += ["", *_labels(entries, queries)]
    lines += ["", *END.splitlines()]
    if skips:
        lines += [*comment(SKIP), "on_missing_video: skip"]
    return "\n".join(lines) + "\n"


def _videos(
    videos: Mapping[FoundVideo, str], reach: Reach, missing: Sequence[str], queries: Sequence[Query]
) -> Iterator[str]:
    for query in queries:
        yield from comment(f"? {query.text}")
    if pattern := _pattern(videos, reach):
        yield from comment(f"{counted(len(videos), 'video')}; the name of a file is its global key")
        yield f"videos: {scalar(pattern)}"
        return
    yield "videos:" if videos or missing else "videos: []"
    for video, key in videos.items():
        yield f"  - {{global_key: {scalar(key)}, row_data: {scalar(str(video.path))}}}"
    for key in missing:
        yield f'  - {{global_key: {scalar(key)}, row_data: ""}}'


def _pattern(videos: Mapping[FoundVideo, str], reach: Reach) -> str | None:
    """The pattern that finds exactly these files, if their names are their keys."""
    if any(video.pictures or video.path.name != key for video, key in videos.items()):
        return None
    paths = [video.path for video in videos]
    wanted = {str(path) for path in paths}
    return next((each for each in _patterns(paths) if set(reach.named(each)) == wanted), None)


def _patterns(paths: list[PurePosixPath]) -> Iterator[str]:
    """Yield the patterns that may name these files, the closest first."""
    if len(paths) > 1 and len({len(path.parts) for path in paths}) == 1:
        yield pattern_of(paths)
    if len(endings := {path.suffix.lower() for path in paths}) == 1:
        yield f"**/*{endings.pop()}"


def _labels(entries: Sequence[ProposedEntry], queries: Sequence[Query]) -> Iterator[str]:
    for query in queries:
        if query.key == "labels":
            yield from comment(f"? {query.text}")
    yield "labels:" if entries else "labels: []"
    for entry in entries:
        asked = [query.text for query in queries if query.key == "class_name" and query.path == entry.options["path"]]
        yield from block(entry.options, [took(entry)], {"class_name": [f"? {text}" for text in asked]})


def took(entry: ProposedEntry) -> str:
    """Return what the files of an entry were taken for, and why."""
    pairs = entry.pairs
    found = list(dict.fromkeys(video for pair in pairs for video in pair.found))
    known = sorted({str(pair.how) for pair in pairs if pair.how is not How.UNKNOWN})
    shown = ", ".join(shorten([str(video.path) for video in found], SHOWN)) or "no video"
    files = counted(sum(len(pair.unit.files) for pair in pairs), "file")
    said = f" ({', '.join(known)})" if known else ""
    return f"{pairs[0].unit.guess.why}: {files}, for {shown}{said}"
