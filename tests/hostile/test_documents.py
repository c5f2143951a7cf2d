"""Files named as a spec or an ontology that are something else: refused, bounded, and never quoted."""

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.files.documents import MOST_BYTES
from labelferry.ontology.file import read as read_ontology
from labelferry.spec.loaded import LoadedSpec

WORD = "canary-word-4e1"
READERS: dict[str, Callable[[Path], object]] = {"spec": LoadedSpec.from_file, "ontology": read_ontology}
SHADOW = f"daemon:*:19000:0:99999:7:::\nroot:${WORD}:19000:0:99999:7:::\n"
CERTIFICATE = f"-----BEGIN PRIVATE KEY-----\n{WORD}\n-----END PRIVATE KEY-----\n"

STRANGE = {
    "a key": WORD,
    "a key and a line end": f"{WORD}\n",
    "a quoted key": f'"{WORD}"',
    "a list": f"- {WORD}\n- {WORD}\n",
    "shadow": SHADOW,
    "a private key": CERTIFICATE,
    "an environment": f"LABELBOX_API_KEY={WORD}\nB: 1\n",
    "a mapping": f"token: {WORD}\n",
    "a key as a key": f"{WORD}: 1\n",
    "nested": f"users: [{{name: a, token: {WORD}}}]\n",
    "a key twice": f"{WORD}: 1\n{WORD}: 2\n",
    "an alias": f"*{WORD}\n",
    "an anchor twice": f"a: &{WORD} 1\nb: &{WORD} 2\nc: *{WORD}x\n",
    "a tag": f"!{WORD} 1\n",
    "a tag's handle": f"!{WORD.replace('-', '')}!x 1\n",
    "a directive": f"%{WORD}\n---\na: 1\n",
    "broken brackets": f"a: [{WORD}\nb: {{\n",
    "broken quotes": f"a: '{WORD}\nb: \"\n",
    "an escape": f'a: "\\{WORD}"\n',
    "a tab": f"a:\n\t{WORD}: 1\n",
    "two documents": f"a: 1\n--- {WORD}\n",
    "a control character": f"a: {WORD}\x07\n",
    "a date": f"{WORD}: 2026-13-45\n",
    "a number of many digits": f"{WORD}: {'9' * 5_000}\n",
    "a complex key": f"? [{WORD}]\n: 1\n",
    "a merge": f"<<: {WORD}\n",
}
LIKE_ONE = {"spec": "name: x\ndataset: x\nproject: x\n", "ontology": "tools: []\n"}
"""Where a file looks like what it should be, its keys may be quoted, but never what a parser could not read."""
BROKEN = [
    "an alias",
    "an anchor twice",
    "a tag",
    "a tag's handle",
    "broken brackets",
    "broken quotes",
    "an escape",
    "two documents",
    "a control character",
]


def told(error: BaseException) -> str:
    """All that a log has of an error: its message, and what it came from."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("suffix", ["yaml", "json", "txt"])
@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("kind", READERS)
def test_a_file_of_another_kind_is_not_quoted(kind: str, content: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"file.{suffix}"
    path.write_text(content, "utf-8")
    with pytest.raises(SpecError, match=f"^{path}") as refused:
        READERS[kind](path)
    assert WORD not in told(refused.value)
    assert WORD.replace("-", "") not in told(refused.value)


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("kind", READERS)
def test_what_is_broken_is_not_quoted(kind: str, case: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(f"{LIKE_ONE[kind]}x: {STRANGE[case]}", "utf-8")
    with pytest.raises(SpecError, match=rf"^{path}:\d+: not YAML") as refused:
        READERS[kind](path)
    assert WORD not in told(refused.value)


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_json_of_another_kind_is_not_quoted(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"file.{suffix}"
    for content in (f'"{WORD}"', f'{{"token": "{WORD}"}}', f'{{"{WORD}": 1, "{WORD}": 2}}', f'{{"a": "\\{WORD}"}}'):
        path.write_text(content, "utf-8")
        for read in READERS.values():
            with pytest.raises(SpecError, match=f"^{path}") as refused:
                read(path)
            assert WORD not in told(refused.value)


def test_a_spec_with_mistakes_is_quoted(tmp_path: Path) -> None:
    """As always, the user's own key names what to correct; the original error has values, and is not shown."""
    path = tmp_path / "spec.yaml"
    path.write_text(
        f"name: x\ndatset: x\nproject: x\nontology: {{from: labels}}\nvideos: {WORD}\nlabels: [{WORD}]\n", "utf-8"
    )
    with pytest.raises(SpecError, match="datset: unknown key") as refused:
        LoadedSpec.from_file(path)
    assert WORD not in told(refused.value)


@pytest.mark.parametrize("kind", READERS)
def test_only_regular_files_are_read(kind: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    names = ("pipe.yaml", "folder.yaml", "absent.yaml", "/dev/zero", "/dev/tty", "a\0b", "x" * 300, "absent.yaml/x")
    for name in names:
        with pytest.raises(SpecError, match="cannot be read"):
            READERS[kind](tmp_path / name)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_large_file_is_not_read_whole(kind: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"large.{suffix}"
    with path.open("wb") as file:
        file.truncate(200 * MOST_BYTES)
    with pytest.raises(SpecError, match="larger than 5 MB"):
        READERS[kind](path)


MERGES = "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 30))


@pytest.mark.parametrize("first", ["{}", "{x: 1, y: 2}"])
@pytest.mark.parametrize("kind", READERS)
def test_merges_do_not_unfold_without_end(kind: str, first: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(f"{LIKE_ONE[kind]}a0: &a0 {first}\n{MERGES}", "utf-8")
    began = time.monotonic()
    with pytest.raises(SpecError, match="too large"):
        READERS[kind](path)
    assert time.monotonic() - began < 30


def test_merged_keys_count_as_yaml_has_it(tmp_path: Path) -> None:
    """A mapping's own key before a merged one, and of several merged ones the first."""
    path = tmp_path / "ontology.yaml"
    text = """
        tools:
          - &a {tool: BBOX, name: a, color: "#000001"}
          - &b {tool: POINT, name: b, color: "#000002", required: true}
          - {<<: [*a, *b], name: c}
          - {name: d, <<: *b}
        """
    path.write_text(text, "utf-8")
    tools = read_ontology(path).tools
    assert [(tool.kind, tool.name, tool.colour, tool.required) for tool in tools[2:]] == [
        (tools[0].kind, "c", "#000001", True),
        (tools[1].kind, "d", "#000002", True),
    ]
