import asyncio


async def task():
    await asyncio.sleep(0.3)
