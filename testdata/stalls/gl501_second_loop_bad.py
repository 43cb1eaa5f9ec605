# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import asyncio
import gevent


def task():
    gevent.spawn(lambda: asyncio.run(asyncio.sleep(0.5)))
    gevent.sleep(0.05)
    asyncio.run(asyncio.sleep(0.1))  # holds: raises
