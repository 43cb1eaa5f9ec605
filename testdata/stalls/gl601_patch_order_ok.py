from gevent import monkey
monkey.patch_all()
from time import sleep


def task():
    sleep(0.3)
