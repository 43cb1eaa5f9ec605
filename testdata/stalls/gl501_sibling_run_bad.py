# greenlint: engine cpython
# greenlint: soak 20
from gevent import monkey
monkey.patch_all()
import asyncio


def task():
    asyncio.run(asyncio.sleep(0.02))  # holds: raises
