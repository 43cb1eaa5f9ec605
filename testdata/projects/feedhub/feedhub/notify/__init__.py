"""Ways to reach a subscriber."""

from __future__ import annotations

from feedhub.models import Subscriber
from feedhub.notify.base import Channel
from feedhub.notify.relay import RelayChannel
from feedhub.notify.webhook import WebhookChannel

CHANNELS: dict[str, type[Channel]] = {
    "webhook": WebhookChannel,
    "relay": RelayChannel,
}


def channel_for(subscriber: Subscriber) -> Channel:
    return CHANNELS[subscriber.kind](subscriber.target)
