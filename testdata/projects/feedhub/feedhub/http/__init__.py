"""Everything that downloads."""
