# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import ctypes

libc = ctypes.CDLL(None)


def task():
    libc.usleep(300000)  # holds: raw-syscall clock_nanosleep
