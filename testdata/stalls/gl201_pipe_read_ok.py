# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import os
import gevent
from gevent.os import make_nonblocking, nb_read


def task():
    reader, writer = os.pipe()
    make_nonblocking(reader)
    with gevent.Timeout(0.3, False):
        nb_read(reader, 10)
