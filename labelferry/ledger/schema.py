"""The ledger's tables, as of the newest migration.

A workspace is one Labelbox organisation (or one localbox): ids of one mean nothing in another.
"""

from sqlalchemy import JSON, Column, DateTime, Index, Integer, MetaData, String, Table, Text

__all__ = ["leases", "lines", "metadata", "resources", "runs"]

metadata = MetaData()

resources = Table(
    "resources",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("onboarding", String(200), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("remote_id", String(64)),
    Column("state", String(10), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

lines = Table(
    "lines",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("onboarding", String(200), primary_key=True),
    Column("uuid", String(64), primary_key=True),
    Column("imported_as", String(20), nullable=False),
    Column("row", String(255), nullable=False),
    Column("feature", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("job", String(255), nullable=False),
    Column("state", String(10), nullable=False),
    Column("message", Text),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("reason", String(20)),
    Column("position", Integer, nullable=False, server_default="0"),
    Index("lines_of_job", "workspace", "onboarding", "job"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace", String(64), nullable=False),
    Column("onboarding", String(200), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("report", JSON, nullable=False),
    Index("runs_of_onboarding", "workspace", "onboarding"),
)

leases = Table(
    "leases",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("onboarding", String(200), primary_key=True),
    Column("holder", String(255), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("token", String(32)),
)
