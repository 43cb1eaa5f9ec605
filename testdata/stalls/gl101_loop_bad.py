from gevent import monkey
monkey.patch_all()


def task():  # holds: cpu
    n = 3000000
    while n:
        n -= 1
