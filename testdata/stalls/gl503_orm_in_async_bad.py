# greenlint: engine cpython
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from django.db import connection


async def task():
    connection.cursor()  # holds: raises
