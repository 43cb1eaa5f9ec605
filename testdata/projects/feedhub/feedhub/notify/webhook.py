from __future__ import annotations

import requests

from feedhub.notify.base import Channel
from feedhub.notify.throttle import TokenBucket, limited

outgoing = TokenBucket(rate=20.0, burst=40)


class WebhookChannel(Channel):
    @limited(outgoing)
    def send(self, payload: bytes) -> None:
        response = requests.post(
            self.target,
            data=payload,
            headers={"Content-Type": "application/json"},
            timeout=10,
        )
        response.raise_for_status()
