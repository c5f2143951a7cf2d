"""Labels as they are read -> those that are taken, and what there is to say about the others."""

from collections.abc import Set as AbstractSet
from typing import Any

from labelferry.model import LabelledVideo, Track, Where
from labelferry.model.findings import Finding
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import identity
from labelferry.spec import Spec

__all__ = ["Wanted"]

MOST_COMPARED = 10_000
"""Tracks of one video beyond which they are detections, which have no identity to compare."""


class Wanted:
    """Which labels are taken; those of a video that is not there are left out when the spec says so.

    Args:
        keys: global keys of the videos, by identity.
        spec: the policies.
        several: the entries that are read in several parts: their tracks are compared with each other.
        findings: takes what there is to say.
    """

    def __init__(self, keys: AbstractSet[str], spec: Spec, several: AbstractSet[int], findings: list[Finding]) -> None:
        self.keys, self.spec, self.several, self.findings = keys, spec, several, findings
        self.tracks: dict[tuple[int, str, str, str | None], Where] = {}

    def __call__(self, video: LabelledVideo, entry: int) -> bool:
        """Return whether the labels are taken; ``entry`` is the number of their entry in the spec."""
        key = video.row.global_key
        if self.spec.on_missing_video == "skip" and key is not None and identity(key) not in self.keys:
            self.findings.append(ReaderRule.LABELS_LEFT_OUT.at(video.where, row=key, key=key))
            return False
        if entry in self.several and len(video.tracks) <= MOST_COMPARED:
            for track in video.tracks:
                self._compare(video, track, entry)
        return True

    def _compare(self, video: LabelledVideo, track: Track, entry: int) -> None:
        """Say so when another file of the same entry has a track of the same name."""
        if track.instance is None:
            return
        name = (entry, video.row.identity, str(track.feature), track.instance)
        other = self.tracks.setdefault(name, track.where)
        if other.source != track.where.source:
            rule = ReaderRule.TRACK_IN_SEVERAL_FILES
            said: dict[str, Any] = {
                "feature": track.feature,
                "video": video.row,
                "other_place": other,
                "called": track.instance,
            }
            self.findings.append(rule.at(track.where, row=str(video.row), track=track.instance, **said))
