"""A project of a running Label Studio -> a file with its tasks, as in its JSON export.

Taken are the annotations, as the export has them; predictions are left out. A page has the tasks after an id, so a task
that is deleted meanwhile does not move another one past the reader. Nothing is changed or left on the server, whose own
export writes a file there. Facts: https://api.labelstud.io, https://labelstud.io/guide/access_tokens, and the answers
of Label Studio 1.23.2.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import orjson
from pydantic import BaseModel, SecretStr, ValidationError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from labelferry.errors import (
    AuthenticationError,
    ConflictError,
    LabelferryError,
    NotFoundError,
    PermissionDeniedError,
    RejectedError,
    SourceError,
    SpecError,
    UnavailableError,
)
from labelferry.proxies import refuse_unusable_proxies

__all__ = ["fetch"]

MOST_BYTES = 2**30
"""Of a project, which is read as a whole, and of one answer."""
TASKS = 20
"""On a page: a task may have a hundred thousand key frames."""
TIMEOUT = httpx.Timeout(60, connect=10)
SECONDS = 300.0
"""For one answer, so that a trickling server is cut off too."""
AGAIN = Retrying(
    retry=retry_if_exception_type(UnavailableError),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(multiplier=0.5, max=8),
    reraise=True,
)
SHOWS_VIDEO = re.compile(r"<Video[\s/>]")


class _Answer(BaseModel):
    """What is used of an answer; the rest is ignored."""


class _Access(_Answer):
    access: str


class _Annotation(_Answer):
    id: int
    was_cancelled: bool | None = None
    result: list[Any] | None = None


class _Task(_Answer):
    id: int
    data: dict[str, Any]
    annotations: list[_Annotation]


class _Tasks(_Answer):
    total: int
    tasks: list[_Task]


class _Titled(_Answer):
    id: int
    title: str | None = None
    label_config: str | None = None


class _Listed(_Answer):
    next: str | None
    results: list[_Titled]


_AnswerT = TypeVar("_AnswerT", bound=_Answer)


def fetch(url: str, project: int | str, token: SecretStr, file: Path) -> str:
    """Write the tasks of a project to a file, in the order of their ids.

    Args:
        url: of the server.
        project: its id or its title.
        token: a legacy token or a personal access token; it is sent to this server only.
        file: is written.

    Returns:
        The URL of the project.

    Raises:
        SpecError: when the token cannot be one, or the server redirects.
        SourceError: when the project has no videos, or is too large.
        ConflictError: when several projects have the title.
        RemoteError: when the server cannot be reached, refuses the token or has no such project.
    """
    refuse_unusable_proxies()
    with httpx.Client(base_url=url, timeout=TIMEOUT) as http:
        server = _Studio(http, url, _checked(token))
        found = server.project(project)
        place = f"{url}/projects/{found.id}"
        if not SHOWS_VIDEO.search(found.label_config or ""):
            raise SourceError(f"{place}: does not label videos; name a project whose tasks are videos")
        _write(place, server.tasks(found.id), file)
    return place


def _checked(token: SecretStr) -> str:
    """Return the token, refusing what a header cannot contain before a library prints it."""
    text = token.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise SpecError("LABEL_STUDIO_API_KEY: it contains blanks or other characters that no token has; copy it again")
    return text


def _write(place: str, tasks: Iterator[_Task], file: Path) -> None:
    with file.open("wb") as out:
        out.write(b"[")
        for number, task in enumerate(tasks):
            task.annotations.sort(key=lambda each: each.id)
            out.write(b",\n" * bool(number) + task.model_dump_json().encode())
            if out.tell() > MOST_BYTES:
                raise _too_large(place)
        out.write(b"]")


def _too_large(place: str) -> SourceError:
    what = f"{place}: more than {MOST_BYTES // 2**30} GB of labels"
    return SourceError(f"{what}; export the project in parts, and name the files with path:")


class _Studio:
    """A running Label Studio; no redirect is followed, because it could lead the token to another host."""

    def __init__(self, http: httpx.Client, url: str, token: str) -> None:
        self._http, self._url, self._token = http, url, token

    def project(self, wanted: int | str) -> _Titled:
        """Return a project by its id or title."""
        if isinstance(wanted, int):
            return self._get(_Titled, f"projects/{wanted}", f"no project {wanted}")
        found = [each for each in self._titled(wanted) if each.title == wanted]
        if not found:
            what = f"{self._url}: no project is titled '{wanted}', or the token's owner does not see it"
            raise NotFoundError(f"{what}; correct project:, or give the number in the URL of its page, without quotes")
        if len(found) > 1:
            ids = ", ".join(str(each.id) for each in found)
            raise ConflictError(f"{self._url}: several projects are titled '{wanted}'; give an id as project: {ids}")
        return found[0]

    def _titled(self, part: str) -> Iterator[_Titled]:
        """Yield the projects whose titles contain a text."""
        more, page = True, 1
        while more:
            answer = self._get(_Listed, "projects", "no Label Studio", title=part, page=page)
            yield from answer.results
            more, page = answer.next is not None and bool(answer.results), page + 1

    def tasks(self, project: int) -> Iterator[_Task]:
        """Yield the tasks of a project in the order of their ids."""
        last, more = 0, True
        while more:
            missing, query = f"no project {project}", orjson.dumps(_after(last)).decode()
            shape: dict[str, Any] = {"fields": "all", "resolve_uri": "false", "page_size": TASKS, "query": query}
            answer = self._get(_Tasks, "tasks", missing, project=project, **shape)
            ids = [last, *(task.id for task in answer.tasks)]
            if ids != sorted(set(ids)) or (answer.total and not answer.tasks):
                raise self._unusable("tasks are missing, or out of order")
            yield from answer.tasks
            last, more = ids[-1], len(answer.tasks) < answer.total

    def _get(self, kind: type[_AnswerT], path: str, missing: str, **params: Any) -> _AnswerT:
        """Return an answer, asked for again while there is none.

        Args:
            kind: what it must be.
            path: below the API's.
            missing: what a 404 means.
            params: of the query.
        """
        answer: _AnswerT = AGAIN.copy()(self._once, kind, path, missing, params)
        return answer

    def _once(self, kind: type[_AnswerT], path: str, missing: str, params: dict[str, Any]) -> _AnswerT:
        headers = {"Authorization": self._credential()}
        return self._parsed(kind, self._send("GET", path, missing, params=params, headers=headers))

    def _credential(self) -> str:
        """Return what authorizes a request: a personal access token, a JWT, is exchanged for one that lasts minutes."""
        if self._token.count(".") != 2:
            return f"Token {self._token}"
        answer = self._send("POST", "token/refresh", "no personal access tokens", json={"refresh": self._token})
        return f"Bearer {self._parsed(_Access, answer).access}"

    def _parsed(self, kind: type[_AnswerT], body: bytes) -> _AnswerT:
        try:
            return kind.model_validate_json(body)
        except ValidationError:
            raise self._unusable("it is not what Label Studio answers, or cut off") from None

    def _unusable(self, why: str) -> UnavailableError:
        return UnavailableError(f"{self._url}: no usable answer: {why}; run again, or correct url:", acted=False)

    def _send(self, method: str, path: str, missing: str, **content: Any) -> bytes:
        try:
            with self._http.stream(method, f"api/{path}", **content) as response:
                if not response.is_success:
                    raise self._refusal(response, missing)
                return b"".join(self._blocks(response))
        except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
            why = f"cannot be reached, or cut its answer off ({str(error) or type(error).__name__})"
            hint = "check that Label Studio is running there, and url:"
            raise UnavailableError(f"{self._url}: {why}; {hint}", acted=False) from error

    def _blocks(self, response: httpx.Response) -> Iterator[bytes]:
        ends, size = time.monotonic() + SECONDS, 0
        for block in response.iter_bytes():
            size += len(block)
            if size > MOST_BYTES:
                raise _too_large(self._url)
            if time.monotonic() > ends:
                raise self._unusable(f"it took longer than {SECONDS:g} s")
            yield block

    def _refusal(self, response: httpx.Response, missing: str) -> LabelferryError:
        """Return the error for an answer that is not a success; it quotes nothing that could contain the token."""
        status, url = response.status_code, self._url
        if response.has_redirect_location:
            there = response.url.join(response.headers["location"])
            place = f"{there.scheme}://{there.netloc.decode()}"
            return SpecError(f"{url}: redirects to {place}, where no token is sent; correct url: in the spec")
        if status == 401:
            return AuthenticationError(f"{url}: {REFUSED}")
        if status == 403:
            return PermissionDeniedError(f"{url}: the token's owner may not read this; use another account's token")
        if status == 404:
            hint = "correct project: or url:, or use the token of an account that sees it"
            return NotFoundError(f"{url}: {missing} here; {hint}")
        if status == 429 or status >= 500:
            return self._unusable(f"HTTP {status}")
        return RejectedError(f"{url}: Label Studio refused the request (HTTP {status}); check its version")


def _after(last: int) -> dict[str, Any]:
    """The query for the tasks after an id, as Label Studio's data manager writes it."""
    item = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": last}
    return {"filters": {"conjunction": "and", "items": [item]}, "ordering": ["tasks:id"]}


REFUSED = (
    "Label Studio refused the token of LABEL_STUDIO_API_KEY; copy it again from its Account & Settings page. If legacy "
    "tokens are disabled there, create a personal access token"
)
