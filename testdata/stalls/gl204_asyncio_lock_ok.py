# greenlint: soak 20
import asyncio

lock = asyncio.Lock()


async def task():
    async with lock:
        await asyncio.sleep(0.01)
