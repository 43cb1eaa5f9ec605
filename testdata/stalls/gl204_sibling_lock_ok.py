# greenlint: engine cpython
# greenlint: soak 20
from gevent import monkey
monkey.patch_all()
import threading
import gevent

lock = threading.Lock()


def task():
    with lock:
        gevent.sleep(0.01)
