"""One way to ask for a feed, several ways to get it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod

from feedhub.http.client import FeedClient
from feedhub.http.mirror import MirrorClient

MAX_CHARACTERS = 4_000_000


class SourceError(Exception):
    pass


class SourceAdapter(ABC):
    def fetch(self, url: str) -> str | None:
        document = self.download(url)
        if document is not None and len(document) > MAX_CHARACTERS:
            raise SourceError(f"{url}: {len(document)} characters are too many")
        return document

    @abstractmethod
    def download(self, url: str) -> str | None: ...


class HttpAdapter(SourceAdapter):
    def __init__(self, client: FeedClient) -> None:
        self.client = client

    def download(self, url: str) -> str | None:
        return self.client.get(url)


class MirrorAdapter(SourceAdapter):
    """Reads the nightly copies that our FTP mirror keeps."""

    def __init__(self, root: str) -> None:
        self.client = MirrorClient(root)

    def download(self, url: str) -> str | None:
        name = hashlib.sha256(url.encode()).hexdigest()
        body = self.client.read(f"{name[:2]}/{name}.xml")
        return body.decode("utf-8", "replace")
