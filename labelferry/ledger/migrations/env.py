"""Alembic's entry point: the migrations, on the connection with which ``labelferry.ledger.database`` holds the lock."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
