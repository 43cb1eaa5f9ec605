"""Getting feeds from where they are."""

from __future__ import annotations

import logging

import gevent

from feedhub.celery import app
from feedhub.config import settings
from feedhub.http import mirror
from feedhub.http.adapters import HttpAdapter, MirrorAdapter
from feedhub.http.client import FeedClient
from feedhub.storage.cache import cache
from feedhub.storage.db import select_due_feeds
from feedhub.tasks import HubTask

log = logging.getLogger(__name__)

client = FeedClient(settings.user_agent)


@app.task(base=HubTask, name="feedhub.fetch_due")
def fetch_due() -> int:
    pool = gevent.get_hub().threadpool
    feeds = pool.apply(select_due_feeds, (settings.database_url, settings.poll_batch))  # ok: runs in a thread of the pool
    for feed in feeds:
        task = fetch_from_mirror if feed.via_mirror else fetch_feed
        task.delay(feed.url)
    return len(feeds)


@app.task(bind=True, base=HubTask, name="feedhub.fetch_feed", max_retries=4)
def fetch_feed(self, url: str) -> None:
    adapter = HttpAdapter(client)
    try:
        document = adapter.fetch(url)
    except OSError as exc:
        raise self.retry(exc=exc, countdown=30 * (self.request.retries + 1))
    if document is None or not cache.changed(url, document):
        return
    app.send_task("feedhub.parse_document", args=(url, document))


@app.task(base=HubTask, name="feedhub.fetch_from_mirror")
def fetch_from_mirror(url: str) -> None:
    adapter = MirrorAdapter(settings.mirror_root)
    document = adapter.fetch(url)
    if document is not None:
        app.send_task("feedhub.parse_document", args=(url, document))


@app.task(base=HubTask, name="feedhub.prefetch_index")
def prefetch_index(names: list[str]) -> int:
    """Keeps the mirror's index files in the cache."""
    threadpool = gevent.get_hub().threadpool
    for name in names:
        body = threadpool.apply(mirror.read_file, (f"{settings.mirror_root}/{name}",))
        cache.put(f"index:{name}", body.decode("utf-8", "replace"))
    return len(names)
