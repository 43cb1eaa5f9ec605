import eventlet
eventlet.monkey_patch()
import os


def task():
    os.system("sleep 0.3")  # holds: raw-syscall wait4
