"""What localbox remembers: SQLite tables, one module a resource. Nothing in here has heard of HTTP or GraphQL."""
