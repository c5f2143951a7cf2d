"""The first tables: resources, lines, runs, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "resources",
        sa.Column("workspace", sa.String(64), primary_key=True),
        sa.Column("onboarding", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("remote_id", sa.String(64)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "lines",
        sa.Column("workspace", sa.String(64), primary_key=True),
        sa.Column("onboarding", sa.String(200), primary_key=True),
        sa.Column("uuid", sa.String(64), primary_key=True),
        sa.Column("imported_as", sa.String(20), nullable=False),
        sa.Column("row", sa.String(255), nullable=False),
        sa.Column("feature", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("job", sa.String(255), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("message", sa.Text),
    )
    op.create_index("lines_of_job", "lines", ["workspace", "onboarding", "job"])
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("onboarding", sa.String(200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
    )
    op.create_index("runs_of_onboarding", "runs", ["workspace", "onboarding"])
    op.create_table(
        "leases",
        sa.Column("workspace", sa.String(64), primary_key=True),
        sa.Column("onboarding", sa.String(200), primary_key=True),
        sa.Column("holder", sa.String(255), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
