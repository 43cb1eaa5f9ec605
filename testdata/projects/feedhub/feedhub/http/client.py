"""Polite HTTP: one pace per host, conditional requests."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from feedhub.http.retry import retrying

TIMEOUT = (5.0, 20.0)


@dataclass
class HostPacer:
    """Keeps requests to one host a little apart."""

    gap: float = 0.5
    _free_at: dict[str, float] = field(default_factory=dict)

    def wait_turn(self, host: str) -> None:
        while time.monotonic() < self._free_at.get(host, 0.0):
            time.sleep(0.05)  # ok: the patched sleep gives the thread back
        self._free_at[host] = time.monotonic() + self.gap


class FeedClient:
    def __init__(self, user_agent: str, pacer: HostPacer | None = None) -> None:
        self.session = requests.Session()
        self.session.headers["User-Agent"] = user_agent
        self.pacer = pacer or HostPacer()
        self._etags: dict[str, str] = {}

    @retrying(3, requests.ConnectionError, requests.Timeout)
    def get(self, url: str) -> str | None:
        """Returns the text, or None if it has not changed since the last time."""
        self.pacer.wait_turn(urlsplit(url).netloc)
        headers = {"Accept": "application/atom+xml, application/rss+xml, */*;q=0.5"}
        if url in self._etags:
            headers["If-None-Match"] = self._etags[url]
        response = self.session.get(url, headers=headers, timeout=TIMEOUT)
        if response.status_code == requests.codes.not_modified:
            return None
        response.raise_for_status()
        if "ETag" in response.headers:
            self._etags[url] = response.headers["ETag"]
        return response.text
