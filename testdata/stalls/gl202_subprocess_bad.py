# greenlint: engine cpython
# greenlint: loop gevent
import subprocess


def task():
    subprocess.run(["sleep", "0.3"])  # holds: raw-syscall wait4
