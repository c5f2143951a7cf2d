"""The state of localbox: SQLite tables, one module per resource, without any knowledge of HTTP or GraphQL."""
