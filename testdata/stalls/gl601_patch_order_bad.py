from time import sleep
from gevent import monkey
monkey.patch_all()


def task():
    sleep(0.3)  # holds: raw-syscall clock_nanosleep
