# greenlint: engine cpython
# greenlint: soak 20
from gevent import monkey
monkey.patch_all()
import gevent

lock = monkey.get_original("threading", "Lock")()


def task():
    with lock:  # holds: lock futex
        gevent.sleep(0.01)
