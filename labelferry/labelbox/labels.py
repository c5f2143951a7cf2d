"""Labels: which rows of a project have one, and how to delete them."""

import json
from collections.abc import Callable, Iterator, Sequence

from labelferry.labelbox.call import Call, JsonDict, query
from labelferry.labelbox.pages import Nodes, by_offset, page_at
from labelferry.labelbox.records import LabelRecord
from labelferry.labelbox.resource import Resource, present

__all__ = ["LabelResource", "delete_document"]

LIST = """query GetProjectLabelsPyApi($projectId: ID!) {
  project(where: {id: $projectId}) { labels(skip: 0 first: 100) {
    isBenchmarkReference id dataRow { id globalKey } } } }"""

_AT_ONCE = 500


class LabelResource(Resource):
    """Labels of projects."""

    def list(self, project_id: str) -> Iterator[LabelRecord]:
        """Yield the labels of a project, each with its row."""

        def page(skip: int) -> Nodes:
            answer = self._wire.send(query(page_at(LIST, skip), projectId=project_id))
            return list(present(answer.get("project"), f"project {project_id}")["labels"])

        return map(_label, by_offset(page))

    def matching(
        self, project_id: str, wanted: Callable[[LabelRecord], bool], *, patient: bool = False
    ) -> Sequence[LabelRecord]:
        """Return the labels that match.

        Args:
            project_id: of the project.
            wanted: whether a label matches.
            patient: look again for a while as long as there is none.
        """

        def look() -> Sequence[LabelRecord] | None:
            return tuple(filter(wanted, self.list(project_id))) or None

        found = self._wire.look(look, self._wire.policy.appearing) if patient else look()
        return found or ()

    def delete(self, label_ids: Sequence[str]) -> None:
        """Delete labels, 500 at a time; may be repeated, labels that do not exist are ignored."""
        for start in range(0, len(label_ids), _AT_ONCE):
            document = delete_document(label_ids[start : start + _AT_ONCE])
            self._wire.send(Call(document=document, repeatable=True))


def delete_document(label_ids: Sequence[str]) -> str:
    """Return the document that deletes labels; the ids are literals, as the official SDK sends them."""
    return f"mutation deleteLabelsPyApi {{ deleteLabels(labelIds: {json.dumps([*label_ids])}) {{ id }} }}"


def _label(node: JsonDict) -> LabelRecord:
    row = node.get("dataRow") or {}
    return LabelRecord(node["id"], row.get("id"), row.get("globalKey"), bool(node.get("isBenchmarkReference")))
