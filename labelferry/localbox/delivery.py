"""Outgoing webhooks: waiting events turned into signed POSTs to URLs on this machine."""

import hashlib
import hmac
import urllib.error
import urllib.request

from labelferry.localbox.fetching import NoRedirects, on_this_machine
from labelferry.localbox.state import webhooks
from labelferry.localbox.state.database import Database
from labelferry.localbox.state.webhooks import Delivery

SECONDS = 5.0


def send_waiting(database: Database) -> None:
    """Send every waiting event; each is tried once."""
    with database.reading() as session:
        if not webhooks.untold(session):
            return
    with database.writing() as session:
        taken = webhooks.take(session)
    for delivery in taken:
        answer = send(delivery)
        with database.writing() as session:
            webhooks.answered(session, delivery.seq, answer)


def send(delivery: Delivery) -> str:
    """Post one event and return the outcome."""
    if not on_this_machine(delivery.url):
        return "not sent: localbox delivers to http://127.0.0.1 only"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirects)
    try:
        with opener.open(request_for(delivery), timeout=SECONDS) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code)
    except (OSError, ValueError) as error:
        return f"failed: {error}"


def request_for(delivery: Delivery) -> urllib.request.Request:
    """Return the request that delivers an event, signed with the webhook's secret."""
    body = delivery.body.encode()
    signature = hmac.new(delivery.secret.encode(), body, hashlib.sha1).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature": f"sha1={signature}",
        "X-Labelbox-Event": delivery.topic.lower(),
        "X-Labelbox-Id": str(delivery.seq),
    }
    return urllib.request.Request(delivery.url, data=body, headers=headers, method="POST")  # noqa: S310 - loopback
