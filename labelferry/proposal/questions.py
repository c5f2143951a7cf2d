"""What only a person knows about a folder, each with where and how to say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from labelferry.listing import shorten
from labelferry.proposal.entries import ProposedEntry
from labelferry.proposal.inventory import FoundVideo, Inventory
from labelferry.proposal.pairing import How, Pair

__all__ = ["Blocking", "Query", "queries_about"]

SHOWN = 3


class Blocking(StrEnum):
    """Whether a spec can be used before a question is answered."""

    NO = "later"
    YES = "first"


@dataclass(frozen=True, slots=True)
class Query:
    """A question.

    Args:
        key: the part of the spec where it is answered.
        text: the question, and how to answer it.
        blocking: whether ``check`` refuses the spec until it is answered.
        path: of the entry of labels that it is about, if it is about one.
    """

    key: str
    text: str
    blocking: Blocking = Blocking.NO
    path: str = ""


def queries_about(
    found: Inventory, pairs: Iterable[Pair], entries: Iterable[ProposedEntry], used: Iterable[FoundVideo]
) -> Iterator[Query]:
    """Yield the questions, those about videos first."""
    listed = list(pairs)
    yield from _pictures(used)
    yield from _lost(found, listed)
    yield from _stand_ins(entries)
    for path, said in found.doubts:
        yield Query("labels", f"{path}: {said}; it is left out. Add an entry with its path and format")


def _pictures(used: Iterable[FoundVideo]) -> Iterator[Query]:
    for video in (video for video in used if video.pictures):
        made = f"ffmpeg -framerate 25 -pattern_type glob -i {_quoted(video.pictures)} -pix_fmt yuv420p"
        yield Query(
            "videos",
            f"{video.path}: there are only the pictures {video.pictures}, and Labelbox takes a video as one file. Make "
            f"it, with the frame rate that it had: {made} {_quoted(str(video.path))}",
            Blocking.YES,
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _lost(found: Inventory, pairs: list[Pair]) -> Iterator[Query]:
    """The questions about labels whose video is not there."""
    lost = [pair for pair in pairs if not pair.found]
    if not found.videos and lost:
        shown = ", ".join(shorten([str(pair.unit.path) for pair in lost], SHOWN))
        text = f"the folder has no videos for {shown}: give the URL or the path of each as row_data"
        yield Query("videos", text, Blocking.YES)
        return
    yield from map(_wholly_lost, lost)
    yield from (_partly_lost(pair) for pair in pairs if pair.how is How.INSIDE and len(pair.named) > len(pair.videos))


def _wholly_lost(pair: Pair) -> Query:
    called = f" of '{', '.join(shorten(pair.named, SHOWN))}'" if pair.named else ""
    return Query("labels", f"{pair.unit.path}: which video are these labels{called} of? {_remedy(pair)}")


def _partly_lost(pair: Pair) -> Query:
    names = [name for name in pair.named if name not in pair.videos]
    text = f"{pair.unit.path} also has labels of {', '.join(shorten(names, SHOWN))}, whose videos are not there"
    return Query("videos", f"{text}: add them to videos, with those names as global keys")


def _remedy(pair: Pair) -> str:
    if "global_key" in pair.unit.reader.entry.model_fields and len(pair.named) < 2:
        return "Say its key as global_key, or add the video to videos; until then they are left out"
    return "Add the videos to videos, with those names as global keys; until then they are left out"


def _stand_ins(entries: Iterable[ProposedEntry]) -> Iterator[Query]:
    """The questions about classes that no file names."""
    for entry in entries:
        if name := entry.options.get("class_name"):
            path = entry.options["path"]
            text = f"{path}: what are these objects? No file names their class; '{name}' stands in"
            yield Query("class_name", text, path=str(path))
