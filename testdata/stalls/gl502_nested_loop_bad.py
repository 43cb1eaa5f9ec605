import asyncio


async def load():
    await asyncio.sleep(0.1)


async def task():
    asyncio.run(load())  # holds: raises
