"""Labels: which rows of a project have one, and how to delete them."""

import json
from collections.abc import Collection, Iterator, Sequence

from labelferry.labelbox.call import Json, mutation, query
from labelferry.labelbox.pages import Nodes, by_offset, page_at
from labelferry.labelbox.records import Label
from labelferry.labelbox.resource import Resource, present

__all__ = ["LabelResource", "delete_document"]

LIST = """query GetProjectLabelsPyApi($projectId: ID!) {
  project(where: {id: $projectId}) { labels(skip: 0 first: 100) {
    isBenchmarkReference id dataRow { id globalKey } } } }"""

_AT_ONCE = 500


class LabelResource(Resource):
    """Labels of projects."""

    def list(self, project_id: str) -> Iterator[Label]:
        """Yield the labels of a project, each with its row."""

        def page(skip: int) -> Nodes:
            answer = self._wire.send(query(page_at(LIST, skip), projectId=project_id))
            return list(present(answer.get("project"), f"project {project_id}")["labels"])

        return map(_label, by_offset(page))

    def rows(self, project_id: str, row_ids: Collection[str], *, patient: bool = False) -> set[str]:
        """Return which of the rows have a label.

        Args:
            project_id: of the project.
            row_ids: of the rows.
            patient: look again for a while as long as none has.
        """

        def look() -> set[str] | None:
            labelled = {label.row_id for label in self.list(project_id)}
            return {row_id for row_id in row_ids if row_id in labelled} or None

        found = self._wire.look(look, self._wire.policy.appearing) if patient else look()
        return found or set()

    def delete(self, label_ids: Sequence[str]) -> None:
        """Delete labels, 500 at a time."""
        for start in range(0, len(label_ids), _AT_ONCE):
            self._wire.send(mutation(delete_document(label_ids[start : start + _AT_ONCE])))


def delete_document(label_ids: Sequence[str]) -> str:
    """Return the document that deletes labels; the ids are literals, as the official SDK sends them."""
    return f"mutation deleteLabelsPyApi {{ deleteLabels(labelIds: {json.dumps([*label_ids])}) {{ id }} }}"


def _label(node: Json) -> Label:
    row = node.get("dataRow") or {}
    return Label(node["id"], row.get("id"), row.get("globalKey"), bool(node.get("isBenchmarkReference")))
