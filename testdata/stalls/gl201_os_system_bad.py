from gevent import monkey
monkey.patch_all()
import os


def task():
    os.system("sleep 0.3")  # holds: raw-syscall wait4
