"""Safe output of texts from outside: URLs without their signature, names without terminal control sequences."""

from io import StringIO

import pytest
from rich.table import Table

from labelferry.errors import SpecError
from labelferry.printable import masked, printable, unsigned
from labelferry.shown import console

SIGNED = "https://b.s3.eu-west-1.amazonaws.com/k.mp4?X-Amz-Credential=AK&X-Amz-Expires=60&X-Amz-Signature=5ec4e7"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x.csv:2: row_data 'https://h/k.mp4?sig=5ec4e7' is bad", "x.csv:2: row_data 'https://h/k.mp4?...' is bad"),
        ("https://h/spec.yaml?token=5ec4e7: not a spec; fix it", "https://h/spec.yaml?...: not a spec; fix it"),
        ("(https://h/a?sig=5ec4e7).", "(https://h/a?...)."),
        ("two https://h/a?x=5ec4e7, gs://b/c?y=5ec4e7", "two https://h/a?..., gs://b/c?..."),
        ("HTTPS://H/A?SIG=5ec4e7", "HTTPS://H/A?..."),
        ("postgresql://me:5ec4e7@host/ledger", "postgresql://...@host/ledger"),
        ("really? a ? b, c?d", "really? a ? b, c?d"),
        ("https://h/a.mp4", "https://h/a.mp4"),
    ],
)
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_every_error_is_masked() -> None:
    assert str(SpecError(f"{SIGNED}: not a spec")) == "https://b.s3.eu-west-1.amazonaws.com/k.mp4?...: not a spec"


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        (SIGNED, "https://b.s3.eu-west-1.amazonaws.com/k.mp4"),
        ("https://h/a?versionId=3&X-Amz-Signature=1", "https://h/a?versionId=3"),
        ("https://h/a?AWSAccessKeyId=1&Signature=2&Expires=3", "https://h/a"),
        ("https://h/a?X-Goog-Algorithm=1&X-Goog-Signature=2", "https://h/a"),
        ("https://h/a?sv=2024&se=2026&sr=b&sp=r&sig=x", "https://h/a"),
        ("https://h/a?speed=2&signal=3", "https://h/a?speed=2&signal=3"),
        ("https://h/a", "https://h/a"),
        ("https://h/a?", "https://h/a?"),
    ],
)
def test_unsigned(url: str, bare: str) -> None:
    assert unsigned(url) == bare


def test_printable_keeps_lines_and_letters() -> None:
    assert printable("é\n\tx") == "é\n\tx"
    assert printable("a\x1b]0;owned\x07b\x9b31m\x7f") == "a␛]0;owned␇b�31m␡"


def test_a_console_obeys_its_own_styles_only() -> None:
    out = StringIO()
    safe = console(file=out, force_terminal=True, color_system="standard", width=60)
    table = Table()
    table.add_column("\x1b[2Jname")
    table.add_row("\x1b]8;;http://evil\x07cell")
    safe.print("[bold]title[/bold] \x1b[31mred")
    safe.print(table)
    text = out.getvalue()
    assert "\x1b[1mtitle" in text
    assert "\x1b[2J" not in text
    assert "\x1b]8" not in text
    assert "\x1b[31m" not in text
    assert text.count("␛") == 3
