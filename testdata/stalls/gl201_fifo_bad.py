# greenlint: confirm task("{fifo}")
from gevent import monkey
monkey.patch_all()
import os


def task(name):
    os.open(name, os.O_RDONLY)  # holds: raw-syscall openat
