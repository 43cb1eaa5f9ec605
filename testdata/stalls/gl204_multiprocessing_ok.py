# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import threading

ready = threading.Event()


def task():
    ready.wait(0.3)
