"""The generation of lines: how often the same content was sent again on purpose."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier lines are of the first generation."""
    op.add_column("lines", sa.Column("generation", sa.Integer, nullable=False, server_default="0"))
