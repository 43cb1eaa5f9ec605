# greenlint: engine cpython
# greenlint: soak 20
from gevent import monkey
monkey.patch_all()
import asyncio
import gevent


def task():
    gevent.get_hub().threadpool.apply(asyncio.run, (asyncio.sleep(0.02),))
