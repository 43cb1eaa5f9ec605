# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import queue

jobs = queue.Queue()


def task():
    try:
        jobs.get(True, 0.3)
    except queue.Empty:
        pass
