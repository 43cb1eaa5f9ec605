# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import re
import gevent


def task():
    for _ in range(50):
        re.match(r"a+$", "a" * 24 + "b")
        gevent.sleep(0.002)
