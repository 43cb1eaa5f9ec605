# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import asyncio
import gevent
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from django.db import connection


def task():
    hub = gevent.get_hub()
    gevent.spawn(hub.threadpool.apply, asyncio.run, (asyncio.sleep(0.8),))
    gevent.sleep(0.4)
    connection.cursor()
