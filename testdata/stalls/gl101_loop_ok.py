from gevent import monkey
monkey.patch_all()
import gevent


def task():
    n = 3000000
    while n:
        n -= 1
        if n % 10000 == 0:
            gevent.sleep(0)
