"""The self-test's label as it is exported -> what became of each line, and how this account writes exports."""

from collections.abc import Iterator, Mapping
from typing import Any

from labelferry.account.assumptions import Group
from labelferry.account.selftest.trial import Trial

__all__ = ["judge_export", "judge_interpolation"]

ExportNode = Mapping[str, Any]


def judge_export(trial: Trial, label: ExportNode) -> None:
    """Record what an exported label shows.

    Args:
        trial: the self-test.
        label: one label of the export.
    """
    annotations = label["annotations"]
    pages = annotations.get("frames") or {}
    aside = _named(annotations.get("classifications") or ())
    framed = _on_pages(pages, "classifications")
    asked = {**aside, **framed}
    objects = _on_pages(pages, "objects")
    trial.found(Group.READING, "any_scope", "global checklist" in asked)
    trial.found(Group.READING, "repeated_colour", "last" if {*MASKS} & {*objects} else "refused")
    trial.found(Group.ACCOUNT, "answers_key", "index checklist" in asked)
    trial.found(Group.ACCOUNT, "beyond_refused", "31" not in pages)
    _judge_ranges(trial, asked)
    if box := _named(_members(pages.get("1", {}).get("objects"))).get("selftest box"):
        trial.found(Group.READING, "keyframe_nesting", "kept" if _has_detail(box) else "dropped")
    _judge_framed(trial, framed, aside, annotations.get("segments") or {})


MASKS = ("selftest mask", "selftest second mask")


def judge_interpolation(trial: Trial, label: ExportNode) -> None:
    """Record whether the box halfway between two keyframes is halfway between their places."""
    page = (label["annotations"].get("frames") or {}).get("15", {})
    box = _named(_members(page.get("objects"))).get("selftest box", {}).get("bounding_box", {})
    trial.found(Group.ACCOUNT, "linear", (box.get("top"), box.get("left")) == (24, 38))


def _judge_framed(
    trial: Trial, framed: Mapping[str, ExportNode], aside: Mapping[str, ExportNode], segments: Mapping[str, Any]
) -> None:
    question = framed.get("index radio") or aside.get("index radio")
    if question is not None:
        trial.found(Group.EXPORTS, "framed", "frames" if "index radio" in framed else "classifications")
        trial.found(Group.EXPORTS, "segments", _owner(segments, question))


def _judge_ranges(trial: Trial, asked: Mapping[str, ExportNode]) -> None:
    """A service that counts from 1 refuses frame 0; one that counts from 0 refuses frame 30 of 30."""
    first, last = "range at 0" in asked, "range at 30" in asked
    if first or last:
        trial.found(Group.READING, "range_base", None if first and last else 0 if first else 1)
    else:
        trial.notes.append("ranges: neither frame 0 nor frame 30 was taken")


def _has_detail(box: ExportNode) -> bool:
    """Return whether the answer on a keyframe still has the question nested in it."""
    side = _named(box.get("classifications") or ()).get("side", {}).get("radio_answer") or {}
    return "detail" in _named(side.get("classifications") or ())


def _owner(segments: Mapping[str, Any], question: ExportNode) -> str:
    answers = [question.get("radio_answer") or {}, *(question.get("checklist_answers") or ())]
    if question.get("feature_id") in segments:
        return "question"
    return "answer" if any(answer.get("feature_id") in segments for answer in answers) else "none"


def _on_pages(pages: Mapping[str, ExportNode], key: str) -> dict[str, ExportNode]:
    return _named(each for page in pages.values() for each in _members(page.get(key)))


def _members(node: Any) -> Iterator[ExportNode]:
    yield from node.values() if isinstance(node, dict) else node or ()


def _named(nodes: Any) -> dict[str, ExportNode]:
    return {str(node.get("name")): node for node in nodes}
