# greenlint: engine cpython
import eventlet
eventlet.monkey_patch()
import os
from eventlet import tpool


def task():
    tpool.execute(os.system, "sleep 0.3")
