"""The key of a row named by its id is one that no global key can be: ``#`` and the id.

It was "data row" and the id, which can be a global key. Labelbox's ids are 25 characters that begin with a c, so a
global key such as "data row 7" is left as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE, MARK = "data row ", "#"
ID = "c" + "_" * 24
"""As a pattern of LIKE."""

lines = sa.table("lines", sa.column("row", sa.String))


def upgrade() -> None:
    """Replace the words with the mark."""
    _replace(BEFORE, MARK)


def _replace(old: str, new: str) -> None:
    found = lines.update().where(lines.c.row.like(old + ID))
    op.execute(found.values(row=sa.literal(new) + sa.func.substr(lines.c.row, len(old) + 1)))
