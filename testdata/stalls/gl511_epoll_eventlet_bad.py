import eventlet
eventlet.monkey_patch()
import select


def task():
    select.epoll().close()  # holds: raises
