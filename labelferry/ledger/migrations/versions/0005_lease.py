"""Tokens of leases; leases of earlier versions have none, and are left to expire."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("leases", sa.Column("token", sa.String(32)))
