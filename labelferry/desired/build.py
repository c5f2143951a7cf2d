"""Spec and sources -> what should be in Labelbox: read, checked, encoded. Local, and safe to repeat."""

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from labelferry.checks import Checks
from labelferry.desired.counting import Counting
from labelferry.desired.fetched import fetched
from labelferry.desired.folder import store
from labelferry.desired.service import Service
from labelferry.desired.shelf import Shelf
from labelferry.desired.state import Desired
from labelferry.desired.video_facts import media_of
from labelferry.desired.wanted import Wanted
from labelferry.errors import CheckError, EmptySourceError, SourceError, SpecError
from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.model.findings import Finding, Severity, grouped
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.ontology import Inference, Ontology
from labelferry.ontology.file import read as read_ontology
from labelferry.progress import announce
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.existing_rows import RowNames
from labelferry.sources.folders import sources_of
from labelferry.sources.manifest import VideoRow, read_videos
from labelferry.sources.registry import read_labels
from labelferry.sources.source import Source
from labelferry.spec import ExistingRows, ImportAs, Spec
from labelferry.spec.loaded import LoadedSpec

__all__ = ["build"]

GIVEN = -1
"""The number of labels that no entry of the spec names."""
WHY_EMPTY = {ReaderRule.LABELS_EMPTY.code, ReaderRule.LABELS_OF_A_FORMAT.code}
"""The findings that say why there are no labels."""


def build(loaded: LoadedSpec, home: Path, service: Service | None = None) -> Desired:
    """Read everything that the spec names, check it, and write the desired state.

    Args:
        loaded: the spec and the files that it may read.
        home: folder under which the desired state is written.
        service: has the data rows that the spec takes from a project or dataset, and the existing ontology that it
            names, which is called for last and without which the labels are not compared with it.

    Raises:
        InputError: when anything is wrong with the input; nothing is written then.
    """
    findings: list[Finding] = []
    names = _names(loaded, service, findings)
    media = {row.global_key: media_of(row, loaded.reach, findings) for row in names.rows.values()}
    with fetched(loaded) as at_hand, Shelf() as shelf:
        inferred = Inference()
        counting = None if service is None else Counting(service.first_frame, findings.append)
        for video in _labels(at_hand, names, media, findings):
            inferred.look(video)
            shelf.add(video if counting is None else counting.fitted(video, media))
        ontology = _ontology(loaded, inferred if shelf else None, findings)
        announce("checking")
        held = service.ontology(loaded.spec.ontology) if ontology is None and service is not None else None
        checks = Checks(
            ontology=ontology or held, media=media, temporal_base=loaded.spec.frames.temporal_base, rows=media.keys()
        )
        for videos in shelf.by_row():
            checks.row(videos)
        findings += checks.findings
        _refuse_errors(findings)
        rows = _meant(loaded.spec, names, shelf)
        return store(loaded.spec, home, rows, shelf.by_row(), ontology, findings)


def _names(loaded: LoadedSpec, service: Service | None, findings: list[Finding]) -> RowNames:
    """Return the videos by what the labels call them."""
    videos = loaded.spec.videos
    if isinstance(videos, ExistingRows):
        if service is None:
            raise SpecError("videos: they are data rows in Labelbox, which is not asked here")
        return RowNames.of_held(service.rows(videos), videos.match, videos.assign)
    try:
        rows = read_videos(videos, loaded.reach)
    except EmptySourceError as error:
        findings.append(_empty(error, loaded.spec))
        rows = ()
    if loaded.spec.dataset is None and (new := next((row for row in rows if row.row_data), None)):
        raise SourceError(
            f"{new.where}: a new data row needs a dataset, and the spec names none; add dataset: NAME to the spec, or "
            "leave row_data out if the videos are in Labelbox already",
            line=new.where.line,
        )
    return RowNames.of_manifest(rows)


def _meant(spec: Spec, names: RowNames, labels: Shelf) -> tuple[VideoRow, ...]:
    """Return the videos that are onboarded: all of a manifest, or those of a project or dataset that have labels."""
    if not isinstance(spec.videos, ExistingRows):
        return tuple(names.rows.values())
    return tuple(row for row in names.rows.values() if identity(row.global_key) in labels)


def _empty(error: EmptySourceError, spec: Spec) -> Finding:
    """The finding that something is empty, or the error itself when the spec wants it."""
    if spec.on_empty == "fail":
        raise error
    return ReaderRule.LABELS_EMPTY.at(Where(error.file or "spec"), what=error.what)


def _labels(
    loaded: LoadedSpec, names: RowNames, media: Mapping[str, Media], findings: list[Finding]
) -> Iterator[LabelledVideo]:
    sources = list(_sources(loaded, names.facts(media), findings))
    reads = Counter(entry for entry, _ in sources)
    known = {identity(key) for key in media}
    wanted = Wanted(known, loaded.spec, {entry for entry, count in reads.items() if count > 1}, findings)
    for video in loaded.given:
        placed = _placed(video, loaded.spec, names)
        if wanted(placed, GIVEN):
            yield placed
    for number, (entry, source) in enumerate(sources):
        announce(f"reading {source.entry.path}", number, len(sources))
        try:
            for video in read_labels(source):
                placed = _placed(video, loaded.spec, names)
                if wanted(placed, entry):
                    yield placed
        except EmptySourceError as error:
            findings.append(_empty(error, loaded.spec))


def _sources(
    loaded: LoadedSpec, facts: Mapping[str, Media], findings: list[Finding]
) -> Iterator[tuple[int, Source[LabelsEntry]]]:
    """Yield what is read at once, with the number of its entry."""
    for number, entry in enumerate(loaded.spec.labels):
        try:
            for source in sources_of(entry, loaded.reach, findings.append, facts):
                yield number, source
        except EmptySourceError as error:
            findings.append(_empty(error, loaded.spec))


def _placed(video: LabelledVideo, spec: Spec, names: RowNames) -> LabelledVideo:
    """Return the video with the global key of its data row, and as a benchmark if the spec says so."""
    row = video.row
    if row.global_key is not None:
        row = RowRef(global_key=names.key(row.global_key, video.where) or row.global_key)
    benchmark = spec.imports.as_ is ImportAs.GROUND_TRUTH and (video.benchmark or spec.imports.benchmark)
    return LabelledVideo(row, video.where, video.classifications, video.masks, video.tracks, benchmark)


def _ontology(loaded: LoadedSpec, inferred: Inference | None, findings: list[Finding]) -> Ontology | None:
    wanted = loaded.spec.ontology
    if wanted.file:
        path = loaded.reach.file(wanted.file)
        with loaded.reach.unquoted(wanted.file, "an ontology"):
            return read_ontology(path)
    if wanted.source and inferred is None:
        emptied = _said(findings, WHY_EMPTY)
        raise SpecError(
            "ontology: there are no labels to infer it from; add labels, name its file, or leave from: out to use an "
            f"existing one{emptied}"
        )
    return _inferred(inferred, findings) if wanted.source and inferred else None


def _inferred(inferred: Inference, findings: list[Finding]) -> Ontology:
    try:
        return inferred.ontology()
    except SpecError as error:
        raise SpecError(f"{error}{_said(findings, {ReaderRule.OLDER_KEY.code})}") from error


def _said(findings: list[Finding], codes: AbstractSet[str]) -> str:
    """The findings of some rules, a line each."""
    return "".join(f"\n{each}" for each in findings if each.code in codes)


def _refuse_errors(findings: list[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        message = "\n".join(str(group) for group in grouped(findings))
        raise CheckError(message, findings=[finding.to_dict() for finding in findings])
