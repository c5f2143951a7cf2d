"""The holder of a lease: a process, and whether it is still running, if that is known."""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Holder"]

ENDED = "ZX"
"""States of a process that has ended, though its number is still taken."""

BOOT, PROCESSES = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lease: its number on its machine, and its start time, since numbers are reused.

    Args:
        pid: the process.
        host: the machine, for people; two may have the same name.
        begun: in the kernel's ticks since the machine started; "" if unknown.
        numbering: the scope of the number: the machine since its start, and the container; "" if unknown.
    """

    pid: int
    host: str
    begun: str
    numbering: str = ""

    @classmethod
    def this(cls) -> "Holder":
        """Return the running process."""
        return cls(os.getpid(), socket.gethostname(), _begun(os.getpid()), _numbering())

    @classmethod
    def stored(cls, text: str) -> "Holder | None":
        """Return the holder that a row of the ledger names; None for an unreadable one, which is left to expire."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"

    @property
    def text(self) -> str:
        """The stored form."""
        return json.dumps(asdict(self))

    @property
    def is_gone(self) -> bool:
        """Whether it was a process of this machine that is no longer running."""
        if not self.numbering or self.numbering != _numbering():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # another user's, which /proc may hide
            return False
        return _begun(self.pid) != self.begun


def _begun(pid: int) -> str:
    """Return the start time of a process in the kernel's ticks; "" if unknown, or if it has ended as a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rsplit(")", 1)[-1].split()
    except OSError:
        return ""
    return "" if fields[0] in ENDED else fields[19]


def _numbering() -> str:
    try:
        return f"{BOOT.read_text('ascii').strip()} {PROCESSES.readlink()}"
    except OSError:
        return ""
