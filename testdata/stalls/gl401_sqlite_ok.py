# greenlint: engine cpython
# greenlint: confirm task("{locked_sqlite}")
from gevent import monkey
monkey.patch_all()
import gevent
import sqlite3


def wait(name):
    db = sqlite3.connect(name, timeout=0.3)
    try:
        db.execute("create table t (x)")
    except sqlite3.OperationalError:
        pass


def task(name):
    gevent.get_hub().threadpool.apply(wait, (name,))
