"""The Celery application.

Start a worker with ``celery -A feedhub.celery:app worker``.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_ready

from feedhub.config import settings

app = Celery(
    "feedhub",
    broker=settings.broker_url,
    include=[
        "feedhub.tasks.fetch",
        "feedhub.tasks.parse",
        "feedhub.tasks.publish",
        "feedhub.tasks.maintenance",
    ],
)

app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        "poll": {
            "task": "feedhub.fetch_due",
            "schedule": 60.0,
        },
        "sweep": {
            "task": "feedhub.run_chore",
            "schedule": crontab(hour=3, minute=10),
            "args": ("sweep",),
        },
        "vacuum": {
            "task": "feedhub.run_chore",
            "schedule": crontab(hour=4, minute=0),
            "args": ("vacuum",),
        },
        "counters": {
            "task": "feedhub.run_chore",
            "schedule": crontab(minute=0),
            "args": ("counters",),
        },
        "export": {
            "task": "feedhub.export_opml",
            "schedule": crontab(minute=30),
        },
    },
)


@worker_ready.connect
def queue_preparation(**_: Any) -> None:
    app.send_task("feedhub.prepare_spool")
