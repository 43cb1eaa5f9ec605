# greenlint: engine cpython
# greenlint: loop gevent
import queue

jobs = queue.Queue()


def task():
    try:
        jobs.get(True, 0.3)  # holds: lock futex
    except queue.Empty:
        pass
