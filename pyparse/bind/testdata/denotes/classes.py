# module: m
# Classes, methods, and what is seen from where.
import time
sleep = time.sleep


class Base:
    def run(self): pass


class Hub(Base):
    wait = time.sleep
    client = Client()
    time.sleep  # = time.sleep

    class Inner:
        def go(self): pass
        wait  # = ?

    def __private(self):
        Hub.__private()  # = m.Hub.__private
        __class__.wait()  # = time.sleep

    def refresh(self, sleep, *args, key=sleep, **kw):  # = time.sleep
        sleep()  # = ?
        args()  # = ?
        self.run()  # = ?
        wait()  # = ?
        Hub.refresh()  # = m.Hub.refresh
        Hub.run()  # = m.Hub.run
        Hub.wait()  # = time.sleep
        Hub.client.get()  # = ?
        Hub.Inner.go()  # = m.Hub.Inner.go

        def local():
            local()  # = m.Hub.refresh.<locals>.local

        class Local:
            def method(self): pass
        Local.method()  # = m.Hub.refresh.<locals>.Local.method
        return local

    refresh()  # = m.Hub.refresh
    if c:
        sleep = refresh
    sleep()  # = m.Hub.refresh | time.sleep
    [wait() for x in y]  # = ?
    [0 for x in wait()]  # = time.sleep


Hub.refresh.delay()  # = m.Hub.refresh.delay
Hub()  # = m.Hub
Hub().refresh  # = ?


def use(sleep=None):
    sleep()  # = ?
    [time for time in ()]
    time.sleep()  # = time.sleep
    {sleep: sleep() for sleep in (use, time.sleep)}  # = m.use | time.sleep
    lambda x, time: time.sleep  # = ?


def f():
    global g
    def g(): pass
    from a import b as Hub
    Hub()  # = a.b


g()  # = m.g


@time.sleep  # = time.sleep
def decorated(): pass


def shadow():
    len()  # = a.len
    from a import len
    len()  # = a.len


async def coro():
    async with time.sleep() as t:  # = time.sleep
        await t()  # = ?
