# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import selectors


def task():
    selectors.DefaultSelector().select(0.1)
