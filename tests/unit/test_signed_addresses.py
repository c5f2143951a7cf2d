"""When presigned addresses end, as each cloud writes it."""

from datetime import UTC, datetime

import pytest

from labelferry.account.doctor.signed_addresses import expiry

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261128T110000Z&X-Amz-Expires=3600&X-Amz-Signature=0f",
        "x-goog-date=20261128T110000Z&x-goog-expires=3600&x-goog-signature=0f",
        "AWSAccessKeyId=A&Expires=1795867200&Signature=0f",
        "sv=2024-01-01&se=2026-11-28T12:00:00Z&sr=b&sig=0f",
    ],
    ids=["aws", "google", "aws, version 2", "azure"],
)
def test_when_it_ends(query: str) -> None:
    assert expiry(f"https://storage.example.com/clip.mp4?{query}") == NOON


@pytest.mark.parametrize(
    "query",
    [
        "",
        "v=2",
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20261128T110000Z&X-Amz-Expires=9e99",
        "se=x&sig=0",
    ],
)
def test_what_says_no_end(query: str) -> None:
    assert expiry(f"https://storage.example.com/clip.mp4?{query}") is None
