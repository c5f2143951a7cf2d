"""The service's long jobs: uploads of rows, big batches, exports."""

import json

from labelferry.errors import JobFailedError
from labelferry.labelbox.call import JsonDict, query
from labelferry.labelbox.organization import UserResource
from labelferry.labelbox.records import Task
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.transport import Wire

__all__ = ["TaskResource", "task_of"]

TASK_FIELDS = "completionPercentage errors name result status type id"
GET_TASK = f"""query GetUserCreatedTasksPyApi($param_0: ID!, $param_1: ID!) {{
  user(where: {{id: $param_1}}) {{ createdTasks(where: {{id: $param_0}} skip: 0 first: 100) {{ {TASK_FIELDS} }} }} }}"""

_ENDED = {"COMPLETE", "FAILED", "CANCELED"}


class TaskResource(Resource):
    """Tasks of the key's own user."""

    def __init__(self, wire: Wire, user: UserResource) -> None:
        super().__init__(wire)
        self._user = user

    def get(self, task_id: str) -> Task:
        """Return a task.

        Raises:
            NotFoundError: the key's user has no such task.
        """
        answer = self._wire.send(query(GET_TASK, param_0=task_id, param_1=self._user.get().id))
        nodes = present(answer.get("user"), "the key's user")["createdTasks"]
        return task_of(present(nodes[0] if nodes else None, f"task {task_id}"))

    def wait(self, task: Task | str) -> Task:
        """Return a task once it has ended, successfully or not.

        Args:
            task: its id, or its last known state.

        Raises:
            DeadlineError: it has not ended within the policy's time.
        """
        if isinstance(task, Task) and task.status in _ENDED:
            return task
        task_id = task if isinstance(task, str) else task.id
        overdue = f"task {task_id} is still in progress at the service: run again later to pick up its result"
        return self._wire.until(lambda: self._ended(task_id), self._wire.policy.task, overdue)

    def finish(self, task: Task | str) -> Task:
        """Return a task once it has succeeded.

        Raises:
            JobFailedError: it failed; the message has the service's text.
            DeadlineError: it has not ended within the policy's time.
        """
        task = self.wait(task)
        if task.status != "COMPLETE":
            raise JobFailedError(f"task {task.id} ({task.type}) ended {task.status}: {reason(task)}")
        return task

    def _ended(self, task_id: str) -> Task | None:
        task = self.get(task_id)
        return task if task.status in _ENDED else None


def task_of(node: JsonDict) -> Task:
    """Return the task that a node of an answer describes."""
    return Task(node["id"], node["status"], node.get("type"), _text(node.get("result")), _text(node.get("errors")))


def reason(task: Task) -> str:
    """Return the service's reason for the failure of a task."""
    return task.errors or task.result or "the service gives no reason"


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
