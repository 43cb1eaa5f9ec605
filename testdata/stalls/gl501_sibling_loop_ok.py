# greenlint: engine cpython
# greenlint: soak 20
# greenlint: confirm count()
# greenlint: confirm notify()
from gevent import monkey
monkey.patch_all()
import asyncio
import gevent
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from django.db import connection


def notify():
    gevent.get_hub().threadpool.apply(asyncio.run, (asyncio.sleep(0.05),))


def count():
    connection.cursor()
