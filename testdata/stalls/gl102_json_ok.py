# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import gevent
import json

rows = [{"a": i, "b": str(i)} for i in range(400000)]


def task():
    for n in range(0, len(rows), 2000):
        json.dumps(rows[n:n + 2000])
        gevent.sleep(0.001)  # with 0 the hub looks at timers and sockets after many rounds only
