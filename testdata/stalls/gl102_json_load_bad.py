# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import json

text = json.dumps([{"a": i, "b": str(i)} for i in range(400000)])


def task():
    json.loads(text)  # holds: cpu
