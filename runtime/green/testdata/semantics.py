"""What gevent does, event by event. gevent_test.go runs the same on green and
compares. Each scenario prints one line: its name, then what happened, in order."""
import gevent
from gevent.event import AsyncResult, Event
from gevent.lock import Semaphore
from gevent.pool import Pool
from gevent.queue import Channel, Empty, Full, JoinableQueue, LifoQueue, PriorityQueue, Queue

out = []
add = out.append


def scenario(f):
    del out[:]
    gevent.spawn(f).get()
    print(f.__name__, *out)


@scenario
def turns():
    def worker(name):
        for i in range(3):
            add("%s%d" % (name, i))
            gevent.sleep(0)
    gs = [gevent.spawn(worker, n) for n in "abc"]
    add("main")
    gevent.joinall(gs)


@scenario
def sleep_order():
    def sleeper(ms):
        gevent.sleep(ms / 1000)
        add(ms)
    gevent.joinall([gevent.spawn(sleeper, ms) for ms in (60, 20, 40)])


@scenario
def kill_during_sleep():
    def sleeper():
        try:
            gevent.sleep(1000)
            add("slept")
        except gevent.GreenletExit:
            add("killed")
            raise
        finally:
            add("cleaned")
    g = gevent.spawn(sleeper)
    gevent.sleep(0)
    g.kill()
    add(g.dead)


@scenario
def kill_before_start():
    g = gevent.spawn(lambda: add("began"))
    g.kill()
    add(g.dead)


@scenario
def kill_spares_children():
    def child():
        gevent.sleep(0.01)
        add("child")
    def parent():
        add("parent")
        kids.append(gevent.spawn(child))
        gevent.sleep(1000)
    kids = []
    g = gevent.spawn(parent)
    gevent.sleep(0)
    g.kill()
    kids[0].join()


@scenario
def join_order():
    def worker(n):
        for _ in range(n):
            gevent.sleep(0)
        return n
    gs = [gevent.spawn(worker, n) for n in (9, 1, 5)]
    for g in gevent.iwait(gs):
        add(g.value)


@scenario
def joiners_in_order():
    def joiner(i):
        g.join()
        add(i)
    g = gevent.spawn(gevent.sleep, 0.01)
    gevent.joinall([gevent.spawn(joiner, i) for i in range(4)])


@scenario
def join_with_timeout():
    g = gevent.spawn(gevent.sleep, 1000)
    g.join(timeout=0.01)
    add(g.ready())
    g.kill()


@scenario
def error_reaches_get():
    def bad():
        raise ValueError("boom")
    g = gevent.Greenlet(bad)
    gevent.get_hub().exception_stream = None
    g.start()
    try:
        g.get()
    except ValueError as e:
        add(e)
    add(g.ready())


@scenario
def inner_timeout():
    outer = gevent.Timeout(1000)
    outer.start()
    try:
        try:
            with gevent.Timeout(0.01):
                gevent.sleep(1000)
        except gevent.Timeout as t:
            add("outer" if t is outer else "inner")
        gevent.sleep(0)
        add("on")
    finally:
        outer.close()


@scenario
def outer_timeout():
    outer = gevent.Timeout(0.01)
    outer.start()
    try:
        with gevent.Timeout(1000):
            gevent.sleep(1000)
    except gevent.Timeout as t:
        add("outer" if t is outer else "inner")
    finally:
        outer.close()
    gevent.sleep(0)
    add("on")


@scenario
def queue_order():
    q = Queue()
    def getter(name):
        add("%s%d" % (name, q.get()))
    gs = [gevent.spawn(getter, n) for n in "abc"]
    gevent.sleep(0)
    for i in range(3):
        q.put(i)
    gevent.joinall(gs)


@scenario
def bounded_queue():
    q = Queue(2)
    def putter(i):
        q.put(i)
        add("put%d" % i)
    gs = [gevent.spawn(putter, i) for i in range(5)]
    gevent.sleep(0)
    try:
        q.put_nowait(9)
    except Full:
        add("full")
    got = [q.get() for _ in range(5)]
    gevent.joinall(gs)
    del out[:]
    add(got)
    try:
        q.get_nowait()
    except Empty:
        add("empty")


@scenario
def queue_kinds():
    for q in LifoQueue(), PriorityQueue():
        for v in (31, 10, 30, 20, 11):
            q.put(v)
        add([q.get() for _ in range(5)])


@scenario
def killed_getter():
    q = Queue()
    def getter(name):
        add("%s%d" % (name, q.get()))
    gs = [gevent.spawn(getter, n) for n in "abc"]
    gevent.sleep(0)
    gs[0].kill()
    q.put(1)
    q.put(2)
    gevent.joinall(gs)


@scenario
def joinable():
    q = JoinableQueue()
    for i in range(3):
        q.put(i)
    def worker():
        while True:
            q.get()
            gevent.sleep(0)
            add("done")
            q.task_done()
    g = gevent.spawn(worker)
    q.join()
    add("joined")
    g.kill()


@scenario
def semaphore_fairness():
    s = Semaphore(1)
    s.acquire()
    def waiter(i):
        s.acquire()
        add(i)
        gevent.sleep(0)
        s.release()
    gs = [gevent.spawn(waiter, i) for i in range(5)]
    gevent.sleep(0)
    gs[1].kill()
    s.release()
    gevent.joinall(gs)
    add(s.counter)


@scenario
def event_wakes_in_order():
    e = Event()
    def waiter(i):
        e.wait()
        add(i)
    gs = [gevent.spawn(waiter, i) for i in range(4)]
    gevent.sleep(0)
    e.set()
    gevent.joinall(gs)
    add(e.is_set())
    e.clear()
    add(e.is_set())


@scenario
def async_result():
    a = AsyncResult()
    def waiter(i):
        add("%d:%s" % (i, a.get()))
    gs = [gevent.spawn(waiter, i) for i in range(2)]
    gevent.sleep(0)
    a.set("v")
    gevent.joinall(gs)


@scenario
def pool_limit():
    p, now, most = Pool(3), [0], [0]
    def worker(i):
        now[0] += 1
        most[0] = max(most[0], now[0])
        gevent.sleep(0)
        now[0] -= 1
    for i in range(10):
        p.spawn(worker, i)
    add(p.free_count())
    p.join()
    add(most[0])
    add(p.free_count())


@scenario
def imap_unordered():
    def work(ms):
        gevent.sleep(ms / 1000)
        return ms
    add(list(Pool(3).imap_unordered(work, (90, 30, 60))))
    add(list(Pool(3).imap(work, (90, 30, 60))))


@scenario
def links():
    g = gevent.spawn(lambda: None)
    g.link(lambda g: add("first"))
    g.link(lambda g: add("second"))
    g.join()
    gevent.sleep(0)
    g.link(lambda g: add("late"))
    gevent.sleep(0)


@scenario
def spawn_later():
    g = gevent.spawn_later(1000, lambda: add("began"))
    h = gevent.spawn_later(0.01, lambda: add("later"))
    h.join()
    g.kill()
    add(g.dead)
