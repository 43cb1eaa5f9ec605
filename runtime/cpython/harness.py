# Runs in the judged process: puts a heartbeat on the loop, loads the user's code
# and runs one function of it (or the whole file) as a task of that loop.
#
# It imports as little as it can: what is imported before the user's code may
# hide an error in the order of imports and patch. The heartbeat's page is
# described in runtime/stall/page.go.
import sys
import os
import mmap
import json
import types
import _thread
import faulthandler
from time import monotonic_ns

PAGE, DUMP, CONTROL = 3, 4, 5
BEAT, PHASE, THREAD, TIMES, RING, RING_LEN = 0, 1, 2, 3, 64, 256
CALIBRATING, RUNNING, DONE = 1, 2, 3
TICK = 0.001

spec = json.loads(sys.argv[1])
for _fd in (PAGE, DUMP, CONTROL):
    os.set_inheritable(_fd, False)
words = memoryview(mmap.mmap(PAGE, 4096)).cast("Q")
words[THREAD] = _thread.get_native_id()
if spec.get("signal"):
    faulthandler.register(spec["signal"], file=DUMP, all_threads=False, chain=False)

report = {"raised": None, "modules": [], "events": []}
_pid, _exit, _write, _getpid, _get_ident = os.getpid(), os._exit, os.write, os.getpid, _thread.get_ident
_beats = 0


def beat():
    global _beats
    _beats = n = _beats + 1
    words[RING + n % RING_LEN] = monotonic_ns()
    words[TIMES] = n
    words[BEAT] = n


def sibling():
    """A beat of a task on a hub, which also looks for what another task must not see."""
    beat()
    asyncio = sys.modules.get("_asyncio")
    if asyncio is not None and words[PHASE] == RUNNING and asyncio._get_running_loop() is not None:
        report["siblings"] = "a running asyncio loop"


def enter(phase):
    if _getpid() == _pid:  # a forked child shares the page
        words[PHASE] = phase


def leave():
    """Hands over the account and ends the process, whatever threads there are."""
    if _getpid() != _pid:
        _exit(0)
    data = json.dumps(report).encode()
    while data:
        data = data[_write(CONTROL, data):]
    _exit(0)


def describe(e):
    """An exception as the parent wants it: its full name, text and frames, the innermost first."""
    frames, tb, patching = [], e.__traceback__, False
    while tb is not None:
        code = tb.tb_frame.f_code
        patching = patching or tb.tb_frame.f_globals.get("__name__", "").startswith(("gevent.monkey", "eventlet.patcher"))
        if code.co_filename != "<string>":
            frames.append([code.co_filename, tb.tb_lineno, code.co_name])
        tb = tb.tb_next
    kind = type(e)
    name = kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__
    try:
        text = str(e)
    except Exception:
        text = ""
    return {"type": name, "text": text[:2000], "frames": frames[::-1][:100], "patching": patching}


def source(name):
    with open(name, "rb") as f:
        return f.read()


def load():
    """Imports the user's module and returns it."""
    sys.path[:] = [p for p in sys.path if p]
    for p in reversed(spec["path"]):
        sys.path.insert(0, p)
    if spec["control"] == "plain":
        unpatchable()
    elif spec["patch"]:
        patch()
    if spec["module"]:
        __import__(spec["module"])
        return sys.modules[spec["module"]]
    name = os.path.splitext(os.path.basename(spec["file"]))[0]
    module = types.ModuleType(name)
    module.__file__ = spec["file"]
    if name not in sys.modules:
        sys.modules[name] = module
    exec(compile(source(spec["file"]), spec["file"], "exec"), module.__dict__)
    return module


def patch():
    if spec["loop"] == "gevent":
        from gevent import monkey
        monkey.patch_all()
    elif spec["loop"] == "eventlet":
        import eventlet
        eventlet.monkey_patch()


def unpatchable():
    """Makes the patch do nothing: what fails now does not fail because of the loop."""
    def nothing(*args, **kwargs):
        return None
    if spec["loop"] == "gevent":
        from gevent import monkey
        for name in dir(monkey):
            if name.startswith("patch_"):
                setattr(monkey, name, nothing)
    elif spec["loop"] == "eventlet":
        import eventlet
        import eventlet.patcher
        eventlet.monkey_patch = eventlet.patcher.monkey_patch = nothing


def resolve(module, name):
    """The object of a dotted name in the module; a method gets an instance."""
    owner, target = None, module
    for part in name.split("."):
        owner, target = target, getattr(target, part)
    if isinstance(owner, type) and isinstance(target, types.FunctionType) and \
            not isinstance(vars(owner).get(name.rsplit(".", 1)[-1]), staticmethod):
        if spec["made"] is not None:
            args, kwargs = given(module, spec["made"])
        else:
            args, kwargs = zeros(vars(owner).get("__init__"), 1)
        target = types.MethodType(target, owner(*args, **kwargs))
    return target


ZERO = {"str": "", "int": 0, "float": 0.0, "bool": False, "bytes": b"", "list": [], "dict": {}, "tuple": (), "set": set()}


def given(module, text):
    """Arguments that are written as in a call, with the names of the module."""
    names = dict(module.__dict__)
    names["__call"] = lambda *a, **k: (a, k)
    return eval("__call(" + text + "\n)", names)


def arguments(module, target):
    """The arguments of the call: those that were asked for, or zero values."""
    if spec["args"] is not None:
        return given(module, spec["args"])
    while hasattr(target, "__wrapped__"):
        target = target.__wrapped__
    func = getattr(target, "__func__", target)
    code = getattr(func, "__code__", None)
    if code is None:
        run = getattr(target, "run", None)  # a task object: its method does the work
        func = getattr(run, "__func__", run)
        code = getattr(func, "__code__", None)
        if code is None:
            return (), {}
        target = run
    bound = 1 if hasattr(target, "__self__") and not isinstance(target.__self__, types.ModuleType) else 0
    return zeros(func, bound)


def zeros(func, bound):
    """Values for the parameters that have no default, but for the first ones, which are bound."""
    code = getattr(func, "__code__", None)
    if code is None:
        return (), {}
    names = code.co_varnames[bound:code.co_argcount]
    names = names[:len(names) - len(func.__defaults__ or ())]
    hints = func.__annotations__

    def zero(name):
        hint = hints.get(name)
        hint = hint if isinstance(hint, str) else getattr(hint, "__name__", "")
        return ZERO.get(hint)
    only = code.co_varnames[code.co_argcount:code.co_argcount + code.co_kwonlyargcount]
    return tuple(zero(n) for n in names), {n: zero(n) for n in only if n not in (func.__kwdefaults__ or {})}


def replace(module, symbol, stand_in):
    """Puts stand_in in the place of the function that symbol names, also where the module has bound it."""
    parts = symbol.split(".")
    for i in range(len(parts) - 1, 0, -1):
        try:
            __import__(".".join(parts[:i]))
        except ImportError:
            continue
        owner = sys.modules[".".join(parts[:i])]
        try:
            for part in parts[i:-1]:
                owner = getattr(owner, part)
            old = getattr(owner, parts[-1])
            setattr(owner, parts[-1], stand_in)
        except (AttributeError, TypeError):
            return False
        for name, value in list(module.__dict__.items()):
            if value is old:
                setattr(module, name, stand_in)
        return True
    return False


def prepare(module, sleep):
    """The call to be judged, without arguments."""
    for name in spec["preload"]:
        try:
            __import__(name)
        except BaseException:
            pass
    if spec["control"] == "sleep":
        return lambda: sleep(0.3)
    target = resolve(module, spec["func"])
    if spec["control"] == "replace":
        report["replaced"] = replace(module, spec["symbol"], lambda *a, **k: sleep(0.3))
    args, kwargs = arguments(module, target)
    return lambda: target(*args, **kwargs)


def look_for_line():
    """Notes that the accused line is reached. Only in runs whose times don't count."""
    file, first, last = spec["reach"]

    def line(frame, event, arg):
        if first <= frame.f_lineno <= last:
            report["reached"] = True
        return line

    def call(frame, event, arg):
        code = frame.f_code
        return line if code.co_filename == file and code.co_firstlineno <= last else None
    if file:
        sys.settrace(call)


def switches(own):
    """Notes when which task ran, the harness's own left out. Only in runs whose times don't count."""
    import greenlet
    report["turns"] = turns = []
    tasks, began, running = [greenlet.getcurrent()], monotonic_ns(), [0, 0]

    def switch(event, args):
        now = monotonic_ns() - began
        if running[0] is not None and len(turns) < 4000:
            turns.append([running[0], running[1], now])
        g = args[1]
        if g in own or len(tasks) > 100:
            running[0] = None
            return
        if g not in tasks:
            tasks.append(g)
        running[:] = [tasks.index(g), now]
    greenlet.settrace(switch)


def steps(own):
    """The same for the tasks of asyncio. It returns what begins the account, for the judged task."""
    import asyncio
    report["turns"] = turns = []
    tasks, began, run = [], [], asyncio.events.Handle._run

    def step(self):
        task, over, at = getattr(self._callback, "__self__", None), words[PHASE] == DONE, monotonic_ns()
        run(self)
        if began and not over and isinstance(task, asyncio.Task) and task not in own and len(turns) < 4000:
            if task not in tasks and len(tasks) < 100:
                tasks.append(task)
            if task in tasks:
                turns.append([tasks.index(task), max(0, at - began[0]), monotonic_ns() - began[0]])

    def begin():
        began.append(monotonic_ns())
        tasks.append(asyncio.current_task())
    asyncio.events.Handle._run = step
    return begin


def judged(call, own=None):
    before = set(sys.modules)
    look_for_line()
    if own and spec.get("signal"):
        switches(own)
    enter(RUNNING)
    try:
        call()
    except BaseException as e:
        enter(DONE)
        report["raised"] = describe(e)
    else:
        enter(DONE)
    report["modules"] = [m for m in sys.modules if m not in before]


def loaded(how):
    try:
        return how()
    except BaseException as e:
        report["load"] = describe(e)
        leave()


def library():
    """The loop's spawn and sleep."""
    if spec["loop"] == "gevent":
        import gevent
        return gevent.spawn, gevent.sleep, lambda g: g.join(), gevent.get_hub
    import eventlet
    import eventlet.hubs
    return eventlet.spawn, eventlet.sleep, lambda g: g.wait(), lambda: eventlet.hubs.get_hub().greenlet


def run_green():
    module = loaded(load)
    spawn, sleep, wait, hub = loaded(library)

    def heartbeat():
        while True:
            sibling()
            sleep(TICK)
    beating = spawn(heartbeat)
    enter(CALIBRATING)
    sleep(spec["calibrate"])
    call = loaded(lambda: prepare(module, sleep))
    sleep(10 * TICK)
    import greenlet
    wait(spawn(judged, call, [beating, hub(), greenlet.getcurrent()]))
    greenlet.settrace(None)
    sleep(10 * TICK)


def run_plain():
    """Without any loop: what the same call does on an ordinary thread."""
    module = loaded(load)
    call = loaded(lambda: prepare(module, lambda s: None))

    def alone():
        result = call()
        if hasattr(result, "send") and hasattr(result, "throw"):
            try:
                result.send(None)
            except StopIteration:
                return
            result.close()
    judged(alone)


def run_asyncio():
    module = loaded(load)
    import asyncio

    async def heartbeat():
        while True:
            beat()
            await asyncio.sleep(TICK)

    async def main():
        keep = asyncio.ensure_future(heartbeat())
        enter(CALIBRATING)
        await asyncio.sleep(spec["calibrate"])
        call = loaded(lambda: prepare(module, asyncio.sleep))
        await asyncio.sleep(10 * TICK)
        begin = steps([keep, asyncio.current_task()]) if spec["signal"] else None
        await asyncio.ensure_future(task(call, begin))
        await asyncio.sleep(10 * TICK)
        keep.cancel()

    async def task(call, begin):
        before = set(sys.modules)
        look_for_line()
        if begin:
            begin()
        enter(RUNNING)
        try:
            result = call()
            if hasattr(result, "__await__"):
                await result
        except BaseException as e:
            enter(DONE)
            report["raised"] = describe(e)
        else:
            enter(DONE)
        report["modules"] = [m for m in sys.modules if m not in before]
    asyncio.run(main())


def run_program():
    """The whole file as the program that it is. The task phase begins with the first beat."""
    sys.path[:] = [p for p in sys.path if p]
    for p in reversed(spec["path"]):
        sys.path.insert(0, p)
    if spec["control"] == "plain":
        unpatchable()
    elif spec["patch"]:
        patch()
    name = spec["loop"]
    if name in ("gevent", "eventlet"):
        spawn, sleep, _, _ = loaded(library)

        def heartbeat():
            beat()
            if spec["control"] != "plain":
                enter(RUNNING)
            while True:
                sleep(TICK)
                sibling()
        spawn(heartbeat)
        if name == "gevent":
            import gevent.hub
            handle = gevent.hub.Hub.handle_error

            def handle_error(self, context, type, value, tb):
                if report["raised"] is None and isinstance(value, Exception):
                    report["raised"] = describe(value.with_traceback(tb))
                return handle(self, context, type, value, tb)
            gevent.hub.Hub.handle_error = handle_error
    else:
        import asyncio
        make = asyncio.new_event_loop
        started = []

        def new_event_loop():
            loop = make()
            if not started:
                started.append(loop)

                async def heartbeat():
                    while True:
                        beat()
                        await asyncio.sleep(TICK)

                def first():  # before the program's own first task
                    beat()
                    if spec["control"] != "plain":
                        enter(RUNNING)
                    started.append(loop.create_task(heartbeat()))
                loop.call_soon(first)
            return loop
        asyncio.new_event_loop = asyncio.events.new_event_loop = new_event_loop
    main = types.ModuleType("__main__")
    main.__file__ = spec["file"]
    sys.modules["__main__"] = main
    sys.argv[:] = [spec["file"]]
    try:
        if spec["control"] == "plain":
            enter(RUNNING)
        exec(compile(source(spec["file"]), spec["file"], "exec"), main.__dict__)
    except SystemExit:
        pass
    except BaseException as e:
        if report["raised"] is None:
            report["raised"] = describe(e)
    enter(DONE)


def run():
    if not spec["func"]:
        run_program()
    elif spec["control"] == "plain":
        run_plain()
    elif spec["loop"] == "asyncio":
        run_asyncio()
    else:
        run_green()
    leave()


run()
