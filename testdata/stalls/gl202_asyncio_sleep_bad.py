import time


async def task():
    time.sleep(0.3)  # holds: raw-syscall clock_nanosleep
