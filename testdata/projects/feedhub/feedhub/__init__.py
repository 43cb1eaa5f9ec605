"""A hub that fetches, parses and republishes feeds."""

__version__ = "1.8.0"
