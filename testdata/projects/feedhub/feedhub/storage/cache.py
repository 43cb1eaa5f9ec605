"""What Redis remembers: digests, seen entries, counters, subscribers."""

from __future__ import annotations

import hashlib
import json

import redis

from feedhub.config import settings
from feedhub.models import Subscriber

WEEK = 7 * 24 * 3600


class FeedCache:
    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def put(self, key: str, value: str) -> None:
        self.client.set(key, value, ex=WEEK)

    def changed(self, url: str, document: str) -> bool:
        """Remembers the document's digest and says whether it is a new one."""
        digest = hashlib.sha256(document.encode()).hexdigest()
        self.client.sadd("feeds", url)
        before = self.client.set(f"digest:{url}", digest, ex=WEEK, get=True)
        return before != digest

    def first_time(self, guid: str) -> bool:
        return bool(self.client.set(f"seen:{guid}", 1, ex=WEEK, nx=True))

    def known_feeds(self) -> list[str]:
        return sorted(self.client.smembers("feeds"))

    def subscribers(self) -> list[Subscriber]:
        return [Subscriber(**json.loads(item)) for item in self.client.lrange("subscribers", 0, -1)]

    def count(self, name: str) -> None:
        self.client.hincrby("counters", name, 1)

    def fold_counters(self) -> int:
        counters = self.client.hgetall("counters")
        with self.client.pipeline() as pipe:
            for name, value in counters.items():
                pipe.hincrby("totals", name, int(value))
                pipe.hincrby("counters", name, -int(value))
            pipe.execute()
        return len(counters)


cache = FeedCache(redis.Redis.from_url(settings.redis_url, decode_responses=True))
