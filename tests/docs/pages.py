"""A page as a reader follows it: its files are written, its commands are run in one shell, its output is compared.

In a page, a block with a title is a file of that name. A ``console`` block is typed line by line: what follows ``$`` is
a command, the rest is what it prints, where ``...`` leaves lines out. One with the title "another terminal" is left
running until the page ends. ``sh`` blocks need what a test has not got (a database, root) and are only parsed.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OTHER = "another terminal"
END = "--- end of command"
FENCE = re.compile(r"^( *)```(\w+)(?: title=\"([^\"]+)\")?[^\n]*\n(.*?)^\1```$", flags=re.S | re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its title if it has one, and what is in it."""

    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Typed:
    """A command and the lines that it prints according to the page."""

    command: str
    shown: list[str] = field(default_factory=list)


def blocks(page: Path) -> list[Block]:
    return [Block(language, title or "", text) for _, language, title, text in FENCE.findall(page.read_text("utf-8"))]


def typed(block: Block) -> list[Typed]:
    """The commands of a console block; what follows ``#`` after two spaces is a remark."""
    found: list[Typed] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(Typed(line[2:].split("  #")[0].rstrip()))
        elif line.strip() not in ("", "..."):
            found[-1].shown.append(line)
    return found


def words(line: str) -> str:
    return " ".join(line.split())


@dataclass
class Reader:
    """A reader who follows a page.

    Args:
        folder: where the shell starts, and the page's files go.
        environment: what the shell has besides the environment of the tests.
        stands_for: what is said for what the page says: a free port, or another endpoint.
        keyed_in: what is typed when a command reads a line.
    """

    folder: Path
    environment: Mapping[str, str]
    stands_for: Mapping[str, str] = field(default_factory=dict)
    keyed_in: str = ""
    printed: dict[str, str] = field(default_factory=dict)

    def follow(self, page: Path) -> dict[str, str]:
        """Do all that the page says; returns what each command printed.

        Raises:
            AssertionError: when a command does not print what the page shows.
        """
        others: list[subprocess.Popen[str]] = []
        with self._shell() as shell:
            try:
                for block in blocks(page):
                    self._do(block, shell, others)
            finally:
                for other in others:
                    with other:
                        os.killpg(other.pid, signal.SIGTERM)
        return self.printed

    def _do(self, block: Block, shell: "subprocess.Popen[str]", others: "list[subprocess.Popen[str]]") -> None:
        if block.language != "console":
            if block.title:
                path = self.folder / block.title
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, "utf-8")
            return
        for each in typed(block):
            if block.title == OTHER:
                others.append(self._popen(["bash", "-c", self._meant(each.command)]))
                self._await(each, others[-1])
            else:
                self._compare(each, self._type(each, shell))

    def _await(self, each: Typed, other: "subprocess.Popen[str]") -> None:
        """Wait for the lines that the page shows; they are the first that it prints."""
        assert other.stdout
        for shown in each.shown:
            assert words(other.stdout.readline()) == words(self._meant(shown))

    def _type(self, each: Typed, shell: "subprocess.Popen[str]") -> str:
        assert shell.stdin
        assert shell.stdout
        reads = each.command.startswith("read ")
        line = self._meant(each.command) if reads else f"{{ {self._meant(each.command)}\n}} </dev/null"
        answer = f"{self.keyed_in}\n" if reads else ""
        shell.stdin.write(f"{line}\n{answer}code=$?; echo; echo '{END}'; (exit $code)\n")
        shell.stdin.flush()
        said = "".join(iter(shell.stdout.readline, f"{END}\n"))
        self.printed[each.command] = self.printed.get(each.command, "") + said
        return said

    def _compare(self, each: Typed, said: str) -> None:
        lines = iter([words(line) for line in said.splitlines()])
        for shown in each.shown:
            assert words(self._meant(shown)) in lines, f"$ {each.command}\ndoes not print: {shown}\nbut:\n{said}"
        if not each.shown:
            assert "labelferry: " not in said, f"$ {each.command}\n{said}"

    def _meant(self, text: str) -> str:
        for printed, meant in self.stands_for.items():
            text = text.replace(printed, meant)
        return text

    @contextmanager
    def _shell(self) -> "Iterator[subprocess.Popen[str]]":
        with self._popen(["bash"]) as shell:
            yield shell

    def _popen(self, command: list[str]) -> "subprocess.Popen[str]":
        env = {name: value for name, value in os.environ.items() if not name.startswith(("LABEL", "LOCALBOX"))}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**env, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            encoding="utf-8",
        )
