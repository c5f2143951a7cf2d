"""``confidence`` and ``customMetrics``, which a question or an answer may have: written, and read back."""

from collections.abc import Mapping
from typing import Any

from labelferry.model import Answer, Classification
from labelferry.ndjson.at import At, LineObject

__all__ = ["SCORE_KEYS", "read_confidence", "read_metrics", "write_scores"]

CONFIDENCE, METRICS = "confidence", "customMetrics"
SCORE_KEYS = frozenset({CONFIDENCE, METRICS})
METRIC_KEYS = frozenset({"name", "value"})


def write_scores(scored: Answer | Classification) -> dict[str, Any]:
    """Return the scores with their keys, or an empty mapping when there are none."""
    out: dict[str, Any] = {}
    if scored.confidence is not None:
        out[CONFIDENCE] = scored.confidence
    if scored.custom_metrics:
        out[METRICS] = [dict(metric) for metric in scored.custom_metrics]
    return out


def read_confidence(holder: LineObject, at: At) -> float | None:
    """Return the confidence of an object, if it has one."""
    return (at / CONFIDENCE).number(holder[CONFIDENCE]) if CONFIDENCE in holder else None


def read_metrics(holder: LineObject, at: At) -> tuple[Mapping[str, Any], ...]:
    """Return the custom metrics of an object, if it has any."""
    if holder.get(METRICS, []) == []:
        return ()
    return tuple(_read_metric(item, place) for place, item in (at / METRICS).items(holder[METRICS]))


def _read_metric(value: object, at: At) -> Mapping[str, Any]:
    metric = at.mapping(value, METRIC_KEYS)
    if len(metric) < 2:
        raise at.fault("a metric without name or value", 'write {"name": "iou", "value": 0.9}')
    (at / "name").text(metric["name"])
    (at / "value").number(metric["value"])
    return metric
