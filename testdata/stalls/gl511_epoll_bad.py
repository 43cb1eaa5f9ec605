from gevent import monkey
monkey.patch_all()
import select


def task():
    select.epoll().close()  # holds: raises
