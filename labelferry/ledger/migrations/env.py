"""What Alembic runs: the migrations, on the connection that ``labelferry.ledger.database`` holds the lock with."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
