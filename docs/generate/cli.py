"""labelferry/cli and the error tree -> docs/reference/cli.md."""

import re
from collections.abc import Iterator
from typing import Any

import typer.main

from docs.generate.markdown import generated, prose, table
from labelferry import cli, errors
from labelferry.cli.main import app as commands

__all__ = ["lines"]

WAYS = (
    "`labelferry --version` prints the version. With `--json` a command prints its result, or its failure, as JSON.",
    "",
    "`plan`, `onboard`, `verify`, `resume`, `retry-failed` and `demo` run in this process. With `--flow`, or if a",
    "Prefect server is configured (`PREFECT_API_URL`, or an active profile), they run as Prefect flows; that needs a",
    "checkout of labelferry. The last line of their output says where they ran.",
    "",
)


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    app: Any = typer.main.get_command(commands)
    yield from generated("The command line", "labelferry/cli and labelferry/errors.py")
    yield f"{app.help} `labelferry COMMAND --help` shows the same in the terminal."
    yield ""
    yield from WAYS
    for name, command in app.commands.items():
        yield from _command(name, command)
    yield "## Exit codes"
    yield ""
    codes = re.findall(r"(\d+) ([^,.]+)", cli.__doc__ or "")
    yield from table(("code", "meaning", "errors"), ((f"`{code}`", said, _raising(code)) for code, said in codes))
    yield "## Errors"
    yield ""
    yield "Every error is one message on stderr with what to do. With *again later*, the same command may succeed when"
    yield "repeated unchanged."
    yield ""
    kinds = (getattr(errors, name) for name in errors.__all__)
    yield from table(
        ("error", "code", "again later", "what"),
        (
            (f"`{kind.__name__}`", f"`{kind.exit_code}`", "yes" if kind.retryable else "", _first(kind.__doc__))
            for kind in kinds
        ),
    )


def _command(name: str, command: Any) -> Iterator[str]:
    taken = [param for param in command.params if param.name != "help"]
    arguments = "".join(f" {param.metavar}" for param in taken if param.param_type_name == "argument")
    yield f"## {name}"
    yield ""
    yield f"`labelferry {name}{arguments}{' [OPTIONS]' if len(taken) > arguments.count(' ') else ''}`"
    yield ""
    yield prose(command.help)
    yield ""
    yield from table(("argument or option", "default", "what"), (_param(param) for param in taken))


def _param(param: Any) -> tuple[str, str, str]:
    if param.param_type_name == "argument":
        return f"`{param.metavar}`", "**required**", param.help
    default = "**required**" if param.required else "" if param.default in (None, False) else f"`{param.default}`"
    value = "" if param.is_flag else f" {param.metavar or param.name.upper()}"
    return f"`{param.opts[0]}{value}`", default, param.help or ""


def _raising(code: str) -> str:
    every = (getattr(errors, name) for name in errors.__all__)
    return ", ".join(f"`{kind.__name__}`" for kind in every if str(kind.exit_code) == code)


def _first(docstring: str | None) -> str:
    return prose(docstring).split("\n\n")[0]
