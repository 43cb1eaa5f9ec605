# greenlint: soak 20
import asyncio
import threading

lock = threading.Lock()


async def task():
    with lock:  # holds: lock futex
        await asyncio.sleep(0.01)
