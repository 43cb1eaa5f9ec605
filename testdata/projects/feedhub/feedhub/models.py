"""The few records that travel between the modules."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Feed:
    id: int
    url: str
    via_mirror: bool = False


@dataclass(frozen=True)
class Entry:
    guid: str
    title: str
    link: str
    summary: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Entry:
        return cls(**data)


@dataclass(frozen=True)
class Subscriber:
    kind: str
    target: str
