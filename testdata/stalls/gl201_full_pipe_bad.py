# greenlint: confirm task("{full_pipe}")
from gevent import monkey
monkey.patch_all()
import os


def task(name):
    pipe = os.open(name, os.O_WRONLY)
    os.write(pipe, b"more")  # holds: raw-syscall write
