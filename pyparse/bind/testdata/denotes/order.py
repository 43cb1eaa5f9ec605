# module: m
# A later binding shadows an earlier one; a function sees what is left at the end.
from time import sleep
sleep()  # = time.sleep
from gevent import sleep
sleep()  # = gevent.sleep


def f():
    sleep()  # = eventlet.sleep


lambda: sleep()  # = eventlet.sleep
[sleep() for _ in x]  # = gevent.sleep
from eventlet import sleep

from a import gone
gone()  # = a.gone


def g():
    gone()  # = ?


del gone
gone()  # = ?

from a import x
x = x.y
x()  # = a.x.y
x = x.z = x
x()  # = a.x.y
x += 1
x()  # = ?

a, b = sleep, x
a()  # = eventlet.sleep
b()  # = ?
a, (b, *c) = pair
a()  # = ?
[a, b] = (sleep, sleep)
b()  # = eventlet.sleep

for op in (sleep, f):
    op()  # = eventlet.sleep | m.f

with sleep as s:
    s()  # = ?

i: int = f
i()  # = m.f
j: int
j()  # = ?
(k := f)()
k()  # = m.f
[l := f for _ in x]
l()  # = m.f


def make():
    from a import one

    def inner():
        one()  # = a.one | b.one
        two()  # = c.two
        inner()  # = m.make.<locals>.inner
        Later()  # = m.Later
    from b import one
    one()  # = b.one
    from c import two
    return inner


class Later: pass


def ahead(x: Below):  # = m.Below
    pass


class Below: pass


x1 = y1 = f
while c:
    x1 = y1
    y1 = x1
x1()  # = m.f
x2 = f
while c:
    x2 = x2.next
x2()  # = m.f | m.f.next | ?
_client = None


def client():
    global _client
    if _client is None:
        import pycurl as _client
    _client.Curl()  # = pycurl.Curl
    return _client


_client.Curl()  # = pycurl.Curl


def outer():
    from a import n

    def change():
        nonlocal n
        from b import n
    n()  # = a.n | b.n
