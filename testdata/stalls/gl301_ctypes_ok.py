# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import ctypes
import gevent

libc = ctypes.CDLL(None)


def task():
    gevent.get_hub().threadpool.apply(libc.usleep, (300000,))
