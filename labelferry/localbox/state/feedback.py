"""Feedback on labels: a text and scores by name, one of each for a label."""

from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.ids import new_id
from labelferry.localbox.state import labels
from labelferry.localbox.state.database import Session, as_json


@dataclass(frozen=True)
class Feedback:
    """What was said of a label."""

    id: str
    label_id: str
    feedback: str
    scores: str

    @property
    def scored(self) -> list[dict[str, Any]]:
        """The scores, each with an id and a name."""
        found: list[dict[str, Any]] = orjson.loads(self.scores)
        return found


def upsert(session: Session, label_id: str, feedback: str, scores: Any) -> Feedback:
    """Give a label feedback, in place of what it had.

    Raises:
        MalformedError: a score is not a number.
    """
    label = labels.get(session, label_id)
    if not isinstance(scores, dict) or not all(_is_number(value) for value in scores.values()):
        raise MalformedError("Scores are numbers by name")
    scored = [{"id": new_id(), "name": name, "score": value} for name, value in scores.items()]
    session.run("DELETE FROM label_feedback WHERE label_id = ?", (label.id,))
    made = Feedback(new_id(), label.id, feedback, as_json(scored))
    session.insert("label_feedback", id=made.id, label_id=label.id, feedback=feedback, scores=made.scores)
    return made


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
