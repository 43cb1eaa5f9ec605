# greenlint: engine cpython
# greenlint: confirm task("{full_pipe}")
from gevent import monkey
monkey.patch_all()
import os
import gevent
from gevent.os import make_nonblocking, nb_write


def task(name):
    pipe = os.open(name, os.O_WRONLY)
    make_nonblocking(pipe)
    with gevent.Timeout(0.3, False):
        nb_write(pipe, b"x" * 4096)
