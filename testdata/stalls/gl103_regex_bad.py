# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import re


def task():
    re.match(r"(a+)+$", "a" * 24 + "b")  # holds: cpu
