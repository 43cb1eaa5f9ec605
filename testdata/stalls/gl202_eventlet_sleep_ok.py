import eventlet
eventlet.monkey_patch()
import time


def task():
    time.sleep(0.3)
