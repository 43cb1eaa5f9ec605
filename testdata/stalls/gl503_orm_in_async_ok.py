# greenlint: engine cpython
import time
from asgiref.sync import sync_to_async
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from django.db import connection


def count():
    time.sleep(0.4)
    connection.cursor()


async def task():
    await sync_to_async(count)()
