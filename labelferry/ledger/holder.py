"""Who holds a lease: a process, and where it is known whether it still runs."""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Holder"]

ENDED = "ZX"
"""States of a process that does nothing any more, though its number is still taken."""

BOOT, PROCESSES = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lease: its number on its machine, and when it began, since numbers are used again.

    Args:
        pid: the process.
        host: the machine, for people; two may have one name.
        begun: in the kernel's ticks since the machine started; "" where that is unknown.
        numbering: where the number counts: the machine since its start, and the container; "" where that is unknown.
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
        """Return the holder that a row of the ledger names; None for one that cannot be read, which is let expire."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"

    @property
    def text(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    @property
    def is_gone(self) -> bool:
        """Whether it was a process of this machine that does not run any more."""
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
    """Return when a process began, in the kernel's ticks. "" where unknown, and for one that ended as a zombie."""
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
