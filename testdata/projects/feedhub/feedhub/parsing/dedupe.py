"""Finds entries that say the same thing under different ids (MinHash)."""

from __future__ import annotations

import random
import re
import zlib
from typing import Iterable, Iterator

from feedhub.models import Entry

PERMUTATIONS = 64
BUCKETS = 1 << 16
PRIME = 4_294_967_311
ALIKE = 0.85

WORD = re.compile(r"\w+")


def _permutations() -> list[list[int]]:
    """Fresh tables for every batch, so that a bad draw does not stay with us."""
    rng = random.SystemRandom()
    tables: list[list[int]] = []
    for _ in range(PERMUTATIONS):  # expect: GL101
        a, b = rng.randrange(1, PRIME), rng.randrange(PRIME)
        table = []
        for bucket in range(BUCKETS):
            table.append((a * bucket + b) % PRIME)
        tables.append(table)
    return tables


def _buckets(entry: Entry) -> set[int]:
    words = WORD.findall(f"{entry.title} {entry.summary}".lower())
    return {zlib.crc32(" ".join(words[i : i + 3]).encode()) % BUCKETS for i in range(len(words))}


def _similarity(left: list[int], right: list[int]) -> float:
    same = sum(1 for x, y in zip(left, right) if x == y)
    return same / PERMUTATIONS


def drop_near_copies(entries: Iterable[Entry]) -> Iterator[Entry]:
    tables = _permutations()
    kept: list[list[int]] = []
    for entry in entries:
        buckets = _buckets(entry)
        if not buckets:
            yield entry
            continue
        signature = [min(table[bucket] for bucket in buckets) for table in tables]
        if all(_similarity(signature, other) < ALIKE for other in kept):
            kept.append(signature)
            yield entry
