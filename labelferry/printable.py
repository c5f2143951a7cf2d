"""Text from files and servers -> text that may be shown: without secrets in URLs or terminal control sequences."""

import re

__all__ = ["masked", "printable", "said_by", "unsigned"]

QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?'\"<>]+)\?[^\s'\"<>]*[^\s'\"<>.,;:!?)\]}]", re.I)
USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/?#@'\"<>]+@", re.I)

SIGNING = re.compile(
    r"x-amz-|x-goog-|(awsaccesskeyid|googleaccessid|key-pair-id|signature|expires|policy|token)$"
    r"|(s[eiprtv]|sdd|sip|sig|skoid|sktid|skt|ske|sks|skv|ss|srt|spr)$",
    re.I,
)
"""Query parameters of presigned URLs: Amazon's (both versions), CloudFront's, Google's and Azure's."""

PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
CONTROLS = PICTURES | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
"""Control characters -> their symbols, one column wide; C1 characters have none."""


def masked(text: str) -> str:
    """Return a text whose URLs have neither query nor user, since a presigned URL is as good as a key."""
    text = text.encode("utf-8", "backslashreplace").decode()  # a surrogate alone can be printed nowhere
    return USER.sub(r"\1...@", QUERY.sub(r"\1?...", text)) if "://" in text else text


def said_by(error: BaseException) -> str:
    """Return the message of an error, also of one that cannot be turned into text."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  whatever it raises, it has no message
        return "without a message"


def printable(text: str) -> str:
    """Return a text without control characters except line ends and tabs."""
    return text.translate(CONTROLS)


def unsigned(url: str) -> str:
    """Return a URL without its signing parameters, which differ each time."""
    head, question, query = url.partition("?")
    if not question:
        return url
    kept = [each for each in query.split("&") if not SIGNING.match(each.partition("=")[0])]
    return f"{head}?{'&'.join(kept)}" if kept else head
