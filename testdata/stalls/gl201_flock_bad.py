# greenlint: engine cpython
# greenlint: confirm task("{locked_file}")
from gevent import monkey
monkey.patch_all()
import fcntl


def task(name):
    with open(name, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # holds: raw-syscall flock
