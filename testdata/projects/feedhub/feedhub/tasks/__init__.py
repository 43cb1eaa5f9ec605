"""What all the tasks have in common."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task

from feedhub.storage.cache import cache

log = logging.getLogger(__name__)


class HubTask(Task):
    """Counts what went wrong, by task name."""

    abstract = True

    def on_failure(
        self, exc: Exception, task_id: str, args: tuple, kwargs: dict[str, Any], einfo: Any
    ) -> None:
        log.warning("%s[%s] failed: %s", self.name, task_id, exc)
        cache.count(f"failed:{self.name}")
