# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import asyncio


async def notify():
    await asyncio.sleep(0.2)


def task():  # holds: loop-visible
    asyncio.run(notify())
