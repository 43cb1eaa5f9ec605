from gevent import monkey
monkey.patch_all()


def task():  # holds: cpu
    n = 6000000
    while n:
        n -= 1
