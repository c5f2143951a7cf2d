"""Unknown lines with their reason, and the position of lines in their job; sentences that meant so are converted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SENTENCES = {
    "expired": "the service no longer keeps the outcome of this line (24 hours), so nobody knows whether it is in; it "
    "is not sent again by itself",
    "unlisted": "the service gave no status for this line",
}
"""Messages that earlier versions wrote for a failed line."""


def upgrade() -> None:
    """Add the columns, and convert what was recorded only as a sentence."""
    op.add_column("lines", sa.Column("reason", sa.String(20)))
    op.add_column("lines", sa.Column("position", sa.Integer, nullable=False, server_default="0"))
    lines = sa.table("lines", *(sa.column(name) for name in ("state", "message", "reason")))
    for reason, sentence in SENTENCES.items():
        told = sa.and_(lines.c.state == "failed", lines.c.message == sentence)
        op.execute(lines.update().where(told).values(state="unknown", reason=reason, message=None))
