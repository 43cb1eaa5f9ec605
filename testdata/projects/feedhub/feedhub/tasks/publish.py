"""Telling the subscribers."""

from __future__ import annotations

import logging
from typing import Any

import gevent

from feedhub.celery import app
from feedhub.models import Entry, Subscriber
from feedhub.notify import channel_for
from feedhub.storage.cache import cache
from feedhub.tasks import HubTask

log = logging.getLogger(__name__)

DEADLINE = 45.0


def _deliver(subscriber: Subscriber, entry: Entry) -> None:
    channel = channel_for(subscriber)
    channel.deliver(entry)
    cache.count(f"delivered:{subscriber.kind}")


@app.task(base=HubTask, name="feedhub.publish_entry")
def publish_entry(data: dict[str, Any]) -> int:
    entry = Entry.from_dict(data)
    jobs = [gevent.spawn(_deliver, subscriber, entry) for subscriber in cache.subscribers()]
    done = gevent.joinall(jobs, timeout=DEADLINE)
    failed = [job for job in done if not job.successful()]
    for job in failed:
        log.warning("delivery of %s failed: %r", entry.guid, job.exception)
    gevent.killall([job for job in jobs if not job.ready()])
    return len(done) - len(failed)
