"""A desired state -> a page to look at before anything is sent: labels on frames, time lines, classes, findings."""

import io
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelferry.desired.classes import classes_of
from labelferry.desired.state import Desired
from labelferry.errors import CheckError, SpecError
from labelferry.listing import counted
from labelferry.media import probe
from labelferry.model.findings import Finding, grouped
from labelferry.model.frames import Span
from labelferry.model.keys import identity
from labelferry.pictures import Strip, draw_strips
from labelferry.pictures.strips import choose_rows, colours_of, content_of, facts_of
from labelferry.pictures.timelines import TimeLine, time_lines
from labelferry.private import open_named
from labelferry.reports.pages import render
from labelferry.reports.plan import plan_rows

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["preview_page", "refused_page", "write_page"]

TONES = {"create": "good", "update": "wait", "delete": "bad", "conflict": "bad", "reuse": "calm", "skip": "calm"}
TEMPLATE = "preview.html.jinja"
WIDTH, QUALITY = 960, 82
BARE = 20
"""Videos with time lines on a page without pictures."""


def preview_page(
    desired: Desired,
    *,
    pictures: bool = True,
    only: str | None = None,
    videos: int = 8,
    frames: int = 4,
    plan: Mapping[str, Any] | None = None,
) -> str:
    """Return the page.

    Args:
        desired: what would be sent.
        pictures: whether labels are drawn on frames.
        only: global key of the only video to show.
        videos: the most videos to show.
        frames: the most frames of each.
        plan: what would be done, as plain values; it comes first.

    Raises:
        SpecError: when the video does not exist or has no labels.
    """
    count = videos if pictures else BARE
    shown = list(_rows(desired, count, only))
    if only is not None and not shown:
        raise SpecError(f"no video {only!r} with labels; labelferry check lists the videos")
    strips = _strips(desired, count, frames, only) if pictures else {}
    labelled = len({line.row.identity for line in desired.index()})
    return render(
        TEMPLATE,
        name=desired.spec.name,
        refused=False,
        plan=None if plan is None else plan_rows(plan),
        tones=TONES,
        summary=_summary(desired),
        classes=classes_of(desired),
        findings=grouped(desired.findings),
        rows=[
            row | {"pictures": list(_pictures(strips.get(row["key"]))), "number": at} for at, row in enumerate(shown)
        ],
        strips=strips,
        others=labelled - len(shown),
        unlabelled=max(0, desired.counts.rows - labelled),
    )


def refused_page(name: str, error: CheckError) -> str:
    """Return the page of a spec that the checks refused: its findings."""
    findings = grouped(map(Finding.from_dict, error.findings))
    empty: dict[str, Any] = {"plan": None, "classes": (), "rows": (), "strips": {}, "others": 0, "unlabelled": 0}
    return render(TEMPLATE, name=name, refused=True, summary="", findings=findings, **empty)


def write_page(page: str, path: Path) -> None:
    """Write a page.

    Raises:
        SpecError: when its folder does not exist, or it cannot be opened.
    """
    with open_named(path) as out:
        out.write(page.encode("utf-8", "replace"))


def _summary(desired: Desired) -> str:
    counts = desired.counts
    things = (
        (counts.rows, "video"),
        (counts.tracks, "track"),
        (counts.keyframes, "keyframe"),
        (counts.masks, "mask frame"),
        (counts.classifications, "classification"),
    )
    return ", ".join(counted(count, thing) for count, thing in things if count)


def _strips(desired: Desired, videos: int, frames: int, only: str | None) -> dict[str, Strip]:
    drawn = draw_strips(desired, videos=videos, frames=frames, width=WIDTH, by_track=True, only=only)
    return {strip.row: strip for strip in drawn}


def _rows(desired: Desired, count: int, only: str | None) -> Iterator[dict[str, Any]]:
    facts = facts_of(desired)
    for row, lines in choose_rows(desired, (), count, only=only).items():
        content = content_of(desired, lines, by_track=True)
        bars, more = time_lines(content)
        known: Mapping[str, Any] = facts.get(identity(row.global_key or ""), {})
        last = max([_frame_count(known), *(span.end for bar in bars for span in bar.spans)])
        colours = {name: f"rgb{colour}" for name, colour in colours_of(content).items()}
        yield {
            "key": str(row),
            "last": last,
            "bars": [_bar(bar, last, colours.get(content.names[bar.line], "var(--bar)")) for bar in bars],
            "more": more + content.left_out,
        }


def _frame_count(facts: Mapping[str, Any]) -> int:
    """The number of frames of a video, from the manifest or its file; 1 if neither says it."""
    unheard: list[Finding] = []
    seen = probe(Path(facts["file"]), unheard.append).frame_count if "file" in facts else None
    return int(seen or facts.get("frame_count") or 1)


def _bar(line: TimeLine, last: int, colour: str) -> dict[str, Any]:
    spans = line.spans or (Span(1, last),)
    parts = [
        {
            "left": round(100 * (span.start - 1) / last, 3),
            "width": round(100 * (span.end - span.start + 1) / last, 3),
            "text": f"frame {span.start}" if span.start == span.end else f"frames {span.start} to {span.end}",
        }
        for span in spans
        if span.start <= last
    ]
    return {"name": line.name, "text": line.text, "colour": colour, "parts": parts}


def _pictures(strip: Strip | None) -> Iterator[dict[str, Any]]:
    if strip is None:
        return
    for frame, stamp in zip(strip.frames, strip.stamps, strict=True):
        yield {"frame": frame, "jpeg": _jpeg(stamp), "width": stamp.width, "height": stamp.height}


def _jpeg(picture: "Image.Image") -> str:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, subsampling=0)  # thin lines keep their colour
    return b64encode(out.getvalue()).decode("ascii")
