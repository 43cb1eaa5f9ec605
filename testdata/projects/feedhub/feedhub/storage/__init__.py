"""PostgreSQL, Redis and lock files."""
