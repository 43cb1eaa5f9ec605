# Appended to the harness for runs with siblings: several calls at once, round
# after round, in an order that is drawn from the round's seed.
#
# What is drawn is what time decides elsewhere: when a task begins, and which of
# those that have slept goes on first. A task that has slept is held up, and the
# one whose turn is first is let go alone, until it waits again. The turns have a
# time of their own, which knows nothing of the machine: a sleep ends so much
# later, and a little that is drawn. So a busy machine does not change the order,
# and no sleep is cut short. Tasks that wake each other, by a lock or a queue, do so
# in the order of the loop, on which programs may rely; what sockets, threads and
# processes wake comes when it comes.
SPREAD = 0.005  # seconds that may be added to a sleep, of the turns' own time
START = 0.02    # seconds in which the tasks of a round begin, at most
WORD = (1 << 64) - 1


class Turns:
    def __init__(self, seed, now):
        self.seed, self.now, self.clock = seed, now, 0.0
        self.states, self.numbers, self.waiting, self.order = {}, {}, {}, []
        self.spread = START * self.draw("round") ** 2

    def draw(self, task):
        """A number from 0 to 1: of the seed, the task, and how many it has drawn."""
        n = self.numbers.setdefault(task, len(self.numbers))
        x = self.states[n] = self.states.get(n, self.seed << 20 | n) + 0x9e3779b97f4a7c15 & WORD  # SplitMix64
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 & WORD
        x = (x ^ x >> 27) * 0x94d049bb133111eb & WORD
        return (x ^ x >> 31) / float(WORD + 1)

    def start(self, task):
        """How long a task waits before it begins: in some rounds all begin at once."""
        return self.spread * self.draw(task)

    def wait(self, task, seconds):
        seconds = max(0, seconds or 0)
        self.waiting[task] = (self.clock + seconds + SPREAD * self.draw(task), self.numbers[task], self.now() + seconds)

    def next(self):
        """The task whose turn it is; None if it still sleeps or there is none."""
        if not self.waiting:
            return None
        task = min(self.waiting, key=self.waiting.get)
        due, number, awake = self.waiting[task]
        if self.now() < awake:
            return None
        self.clock = max(self.clock, due)
        del self.waiting[task]
        if len(self.order) < 2000:
            self.order.append(number)
        return task


def monotonic():
    return monotonic_ns() / 1e9


def plan(module, seed):
    """The calls of a round in their order: each of those that were asked for, and the first drawn ones again."""
    turns = Turns(seed, monotonic)
    calls = spec["soak"]["calls"]
    width = max(spec["soak"]["width"], len(calls))
    calls = calls + [calls[int(turns.draw("more") * len(calls))] for _ in range(width - len(calls))]
    out = []
    while calls:
        out.append(calls.pop(int(turns.draw("order") * len(calls))))
    made = []
    for name, args, made_of in out:
        spec["args"], spec["made"] = args, made_of
        target = resolve(module, name)
        a, k = arguments(module, target)
        made.append((name, lambda target=target, a=a, k=k: target(*a, **k)))
    return made


def begin(seed):
    """Says which round it is, to be known should the process not live to report."""
    _write(CONTROL, b"%d\n" % seed)


def failed(turns, name, e):
    report.setdefault("failed", name)
    if report["raised"] is None:
        report["raised"] = describe(e)
        report["order"] = list(turns.order)


def stuck(turns, names):
    report["stuck"], report["order"] = names, list(turns.order)


def soak_green():
    name = spec["loop"]
    spawn, raw_sleep, wait, hub = loaded(library)
    import greenlet
    main_thread = _get_ident()
    own, turns = {greenlet.getcurrent(), hub()}, [None]
    if name == "gevent":
        import gevent.hub
        import gevent.time
        places = [gevent, gevent.hub, gevent.time]

        def release(g):
            gevent.get_hub().loop.run_callback(g.switch)
    else:
        import eventlet.hubs
        import eventlet.green.time
        places = [eventlet, eventlet.greenthread, eventlet.green.time]

        def release(g):
            eventlet.hubs.get_hub().schedule_call_global(0, g.switch)

    def stranger():
        return turns[0] is not None and _get_ident() == main_thread and greenlet.getcurrent() not in own

    def park(seconds):
        g, t = greenlet.getcurrent(), turns[0]
        t.wait(g, seconds)
        try:
            here().switch()
        finally:
            t.waiting.pop(g, None)

    def here():
        return gevent.get_hub() if name == "gevent" else eventlet.hubs.get_hub()

    def sleep(seconds=0, *args, **kwargs):
        if not stranger():
            return raw_sleep(seconds, *args, **kwargs)
        park(seconds)

    for place in places:
        place.sleep = sleep
    module = loaded(load)

    def heartbeat():
        while True:
            beat()
            raw_sleep(TICK)
    own.add(spawn(heartbeat))
    enter(CALIBRATING)
    raw_sleep(spec["calibrate"])
    loaded(lambda: plan(module, spec["soak"]["seed"]))
    enter(RUNNING)

    def one(what, call, alive):
        try:
            park(turns[0].start(greenlet.getcurrent()))
            call()
        except BaseException as e:
            failed(turns[0], what, e)
        finally:
            alive.remove(what)

    for seed in range(spec["soak"]["seed"], spec["soak"]["seed"] + spec["soak"]["rounds"]):
        begin(seed)
        turns[0] = t = Turns(seed, monotonic)
        calls = loaded(lambda: plan(module, seed))
        groups = [[c] for c in calls] if spec["soak"]["serial"] else [calls]
        for group in groups:
            alive = [what for what, _ in group]
            for what, call in group:
                spawn(one, what, call, alive)
            give_up = monotonic() + spec["soak"]["limit"]
            while alive and report["raised"] is None:
                for _ in range(3):
                    raw_sleep(0)
                g = t.next()
                if g is not None:
                    release(g)
                elif monotonic() > give_up:
                    stuck(t, sorted(alive))
                    break
                else:
                    raw_sleep(TICK)
            if report["raised"] or report.get("stuck"):
                enter(DONE)
                return
    report["order"] = t.order
    enter(DONE)


def soak_asyncio():
    import asyncio
    own, turns = set(), [None, None, {}]
    raw_sleep = asyncio.sleep

    def stranger(loop):
        return turns[0] is not None and loop is turns[1] and asyncio.current_task(loop) not in own

    async def park(seconds):
        loop, t = asyncio.get_running_loop(), turns[0]
        future = loop.create_future()
        task = asyncio.current_task(loop)
        t.wait(task, seconds)
        turns[2][task] = future
        try:
            await future
        finally:
            t.waiting.pop(task, None)

    async def sleep(delay, result=None, **kwargs):
        if not stranger(asyncio.get_running_loop()):
            return await raw_sleep(delay, result, **kwargs)
        await park(delay)
        return result

    asyncio.sleep = asyncio.tasks.sleep = sleep
    module = loaded(load)

    async def heartbeat():
        while True:
            beat()
            await raw_sleep(TICK)

    async def one(what, call, alive):
        try:
            await park(turns[0].start(asyncio.current_task()))
            result = call()
            if hasattr(result, "__await__"):
                await result
        except BaseException as e:
            failed(turns[0], what, e)
        finally:
            alive.remove(what)

    async def main():
        loop = asyncio.get_running_loop()
        own.update([asyncio.current_task(), loop.create_task(heartbeat())])
        enter(CALIBRATING)
        await raw_sleep(spec["calibrate"])
        loaded(lambda: plan(module, spec["soak"]["seed"]))
        enter(RUNNING)
        for seed in range(spec["soak"]["seed"], spec["soak"]["seed"] + spec["soak"]["rounds"]):
            begin(seed)
            t = Turns(seed, monotonic)
            turns[:] = [t, loop, {}]
            calls = loaded(lambda: plan(module, seed))
            groups = [[c] for c in calls] if spec["soak"]["serial"] else [calls]
            for group in groups:
                alive = [what for what, _ in group]
                keep = [loop.create_task(one(what, call, alive)) for what, call in group]
                give_up = monotonic() + spec["soak"]["limit"]
                while alive and report["raised"] is None:
                    for _ in range(3):
                        await raw_sleep(0)
                    task = t.next()
                    if task is not None:
                        future = turns[2].pop(task)
                        if not future.done():
                            future.set_result(None)
                    elif monotonic() > give_up:
                        stuck(t, sorted(alive))
                        break
                    else:
                        await raw_sleep(TICK)
                if report["raised"] or report.get("stuck"):
                    enter(DONE)
                    leave()
        report["order"] = t.order
        enter(DONE)
        leave()
    asyncio.run(main())


if spec["loop"] == "asyncio":
    soak_asyncio()
else:
    soak_green()
leave()
