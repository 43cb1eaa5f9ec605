from gevent import monkey
monkey.patch_all()
import time


def task():
    time.sleep(0.3)
