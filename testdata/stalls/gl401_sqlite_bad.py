# greenlint: engine cpython
# greenlint: confirm task("{locked_sqlite}")
from gevent import monkey
monkey.patch_all()
import sqlite3


def task(name):
    db = sqlite3.connect(name, timeout=0.3)
    try:
        db.execute("create table t (x)")  # holds: raw-syscall clock_nanosleep
    except sqlite3.OperationalError:
        pass
