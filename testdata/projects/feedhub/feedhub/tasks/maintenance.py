"""Housekeeping."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
from typing import Callable

import gevent

from feedhub.celery import app
from feedhub.config import settings
from feedhub.storage.cache import cache
from feedhub.storage.db import vacuum_entries
from feedhub.tasks import HubTask

log = logging.getLogger(__name__)


def sweep_spool() -> str:
    spool = shlex.quote(str(settings.spool))
    status = os.system(f"find {spool} -type f -mtime +7 -delete")  # expect: GL201
    return f"find ended with {os.waitstatus_to_exitcode(status)}"


def vacuum() -> str:
    gevent.get_hub().threadpool.apply(vacuum_entries, (settings.database_url,))
    return "vacuumed"


def fold_counters() -> str:
    return f"{cache.fold_counters()} counters folded"


def measure_spool() -> str:
    done = subprocess.run(  # ok: the patch covers subprocess
        ["du", "-sk", str(settings.spool)], capture_output=True, text=True, check=True
    )
    return f"{done.stdout.split()[0]} kB in the spool"


CHORES: dict[str, Callable[[], str]] = {
    "sweep": sweep_spool,
    "vacuum": vacuum,
    "counters": fold_counters,
    "measure": measure_spool,
}


@app.task(base=HubTask, name="feedhub.run_chore")
def run_chore(name: str) -> None:
    chore = CHORES[name]
    log.info("%s: %s", name, chore())


@app.task(base=HubTask, name="feedhub.export_opml")
def export_opml() -> None:
    from feedhub.storage.locks import FileLock

    target = settings.spool / "feeds.opml"
    outlines = "\n".join(f'<outline xmlUrl="{url}"/>' for url in cache.known_feeds())
    with FileLock(target.with_suffix(".lock")):
        target.write_text(f'<opml version="2.0"><body>\n{outlines}\n</body></opml>\n')


@app.task(base=HubTask, name="feedhub.prepare_spool")
def prepare_spool() -> None:
    """Queued by the worker as soon as it is ready."""
    settings.spool.mkdir(parents=True, exist_ok=True)
    spool = shlex.quote(str(settings.spool))
    os.system(f"find {spool} -name '*.part' -delete")  # greenlint: ignore[GL201] runs once at start-up

# greenlint: confirm run_chore("sweep")
