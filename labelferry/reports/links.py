"""The web page of a project."""

import httpx

from labelferry.labelbox.endpoints import DEFAULT_ENDPOINT, Endpoints
from labelferry.remote import Remote

__all__ = ["project_page"]


def project_page(remote: Remote, project: str) -> str | None:
    """Return the URL of the project's page: in Labelbox's app, or in that of a localbox.

    None when there is no page to link to: the embedded localbox ends with the run (``labelferry localbox`` serves its
    data afterwards), and of a service elsewhere only the endpoint is known.
    """
    if remote.data is not None:
        return None
    if remote.endpoint == DEFAULT_ENDPOINT:
        return f"https://app.labelbox.com/projects/{project}"
    if Endpoints.of(remote.endpoint).is_loopback:
        return str(httpx.URL(remote.endpoint).copy_with(path="/", query=None, fragment=project))
    return None
