# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import multiprocessing

ready = multiprocessing.Event()


def task():
    ready.wait(0.3)  # holds: lock futex
