"""From a document to stored entries."""

from __future__ import annotations

import functools
import logging

from celery import shared_task

from feedhub.models import Entry
from feedhub.parsing import dedupe
from feedhub.parsing.rss import read_entries
from feedhub.storage.cache import cache
from feedhub.storage.db import Database, database
from feedhub.tasks import HubTask

log = logging.getLogger(__name__)


def _store(db: Database, entry: Entry, *, feed_url: str) -> bool:
    return db.save_entry(feed_url, entry)


@shared_task(base=HubTask, name="feedhub.parse_document")
def parse_document(url: str, document: str) -> int:
    entries = list(read_entries(document))
    fresh = [entry for entry in entries if cache.first_time(entry.guid)]
    if not fresh:
        return 0

    store = functools.partial(_store, database, feed_url=url)
    stored = 0
    for entry in dedupe.drop_near_copies(fresh):
        if store(entry):
            publish_later(entry)
            stored += 1
    log.info("%s: %d entries, %d new", url, len(entries), stored)
    return stored


def publish_later(entry: Entry) -> None:
    from feedhub.tasks.publish import publish_entry

    publish_entry.delay(entry.to_dict())
