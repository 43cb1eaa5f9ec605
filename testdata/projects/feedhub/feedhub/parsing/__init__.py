"""From documents to entries."""
