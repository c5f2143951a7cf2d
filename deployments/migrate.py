"""Prefect's database, prepared by one process before several servers start on it: ``python -m deployments.migrate``.

Servers that start together on a new database each register Prefect's own block types; all but the first then end with a
unique violation. Here they are registered once, so that the servers find them.
"""

import asyncio
import subprocess
import sys

from prefect.server.database import provide_database_interface
from prefect.server.models.block_registration import run_block_auto_registration

__all__ = ["main"]

UPGRADE = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"]


async def register_blocks() -> None:
    """Register Prefect's own block types if they are missing or outdated."""
    async with provide_database_interface().session_context() as session:
        await run_block_auto_registration(session)


def main() -> int:
    """Update the tables and the block types; return the exit code."""
    if code := subprocess.run(UPGRADE, check=False).returncode:  # noqa: S603  our own command
        return code
    asyncio.run(register_blocks())
    return 0


if __name__ == "__main__":
    sys.exit(main())
