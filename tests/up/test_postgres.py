"""make up with everything in PostgreSQL: two variables of the environment, and otherwise the same."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.integration.postgres import postgres_url
from tests.localbox_server import KEY, Localbox
from tests.up.conftest import QUICK, onboarding, services

__all__ = ["postgres_url"]  # a fixture


@pytest.fixture
def databases(postgres_url: str) -> dict[str, str]:
    """The environment that names a database for Prefect, and one for the ledger."""
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("prefect", "ferry_ledger"):
            connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    base = postgres_url.rpartition("/")[0]
    return {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"{base}/prefect".replace("postgresql:", "postgresql+asyncpg:"),
        "LABELFERRY_LEDGER": f"{base}/ferry_ledger",
    }


def test_up_onboard_and_down(localbox: Localbox, databases: dict[str, str], tmp_path: Path) -> None:
    there = {"LABELBOX_API_KEY": KEY, "LABELBOX_ENDPOINT": localbox.endpoint}
    deployed = services(tmp_path / "home", **databases, **there, **QUICK)
    try:
        deployed.up()
        spec = onboarding(tmp_path / "spec", "in-postgresql")
        assert deployed.run("onboard", spec=str(spec))["state"]["type"] == "COMPLETED"
    finally:
        deployed.down()
    assert localbox.labelled() == ["in-postgresql-0"]
    assert not {"ledger.db", "prefect.db"} & {path.name for path in (tmp_path / "home").rglob("*.db")}
    ledger = create_engine(databases["LABELFERRY_LEDGER"].replace("postgresql:", "postgresql+psycopg:"))
    assert {"lines", "leases"} <= set(inspect(ledger).get_table_names())
    ledger.dispose()
