from __future__ import annotations

import json
from abc import ABC, abstractmethod

from feedhub.models import Entry


class Channel(ABC):
    def __init__(self, target: str) -> None:
        self.target = target

    def deliver(self, entry: Entry) -> None:
        self.send(json.dumps(entry.to_dict()).encode())

    @abstractmethod
    def send(self, payload: bytes) -> None: ...
