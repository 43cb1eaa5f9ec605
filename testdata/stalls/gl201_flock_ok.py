# greenlint: engine cpython
# greenlint: confirm task("{locked_file}")
from gevent import monkey
monkey.patch_all()
import fcntl
import gevent


def task(name):
    with open(name, "w") as lock:
        for _ in range(15):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                gevent.sleep(0.02)
