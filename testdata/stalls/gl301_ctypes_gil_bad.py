# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import ctypes

libc = ctypes.PyDLL(None)


def task():
    libc.usleep(300000)  # holds: raw-syscall clock_nanosleep
