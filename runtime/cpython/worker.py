# Appended to the harness for runs in a worker of Celery or Gunicorn: the function
# is called by the worker, as it is in production, and the heartbeat is a task of
# the worker's hub.


def engine(how):
    """The worker's own part; what fails in it says nothing about the user's code."""
    try:
        return how()
    except BaseException as e:
        e = describe(e)
        report["refused"] = "the worker does not start: %s: %s" % (e["type"], e["text"])
        leave()


def drive(send):
    """Beats, lets the hub be seen idle, and then has the worker called."""
    spawn, sleep, wait, hub = library()

    def heartbeat():
        while True:
            sibling()
            sleep(TICK)

    def driver():
        enter(CALIBRATING)
        sleep(spec["calibrate"])
        for name in spec["preload"]:
            try:
                __import__(name)
            except BaseException:
                pass
        sleep(10 * TICK)
        engine(send)
        while words[PHASE] != DONE:
            sleep(TICK)
        sleep(10 * TICK)
        leave()
    return [spawn(heartbeat), spawn(driver), hub()]


def run_celery(pool):
    spec["patch"] = False  # the worker does

    def start():
        import celery
        import celery.signals
        celery.maybe_patch_concurrency(["celery", "worker", "-P", pool])
        return celery
    celery = engine(start)
    module = loaded(load)
    sleep = library()[1]
    args, kwargs = (), {}
    if spec["control"] == "sleep":
        target = prepare(module, sleep)
    else:
        target = loaded(lambda: resolve(module, spec["func"]))
        if spec["control"] == "replace":
            report["replaced"] = replace(module, spec["symbol"], lambda *a, **k: sleep(0.3))
        args, kwargs = loaded(lambda: arguments(module, target))
    if not hasattr(target, "apply_async"):
        function = target

        def target(*args, **kwargs):
            return function(*args, **kwargs)
        target = celery.Celery("greenlint").task(name="greenlint.judged")(target)
    app = target.app
    app.conf.update(
        broker_url="filesystem://", broker_read_url=None, broker_write_url=None, result_backend=None, task_ignore_result=True,
        broker_transport_options={"data_folder_in": spec["box"], "data_folder_out": spec["box"], "control_folder": spec["box"] + "/control", "polling_interval": 0.01},
        task_always_eager=False, task_queues=None, task_routes=None, task_default_queue="greenlint", task_serializer="json", accept_content=["json"],
        worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
    before, own = [], []

    def begins(sender=None, **_):
        if sender.name == target.name:
            before.append(set(sys.modules))
            look_for_line()
            if spec.get("signal"):
                switches(own)
            enter(RUNNING)

    def ends(sender=None, **_):
        if sender.name == target.name and before:
            enter(DONE)
            sys.settrace(None)
            report["modules"] = [m for m in sys.modules if m not in before[0]]

    def fails(sender=None, exception=None, **_):
        if sender.name == target.name:
            enter(DONE)
            report["raised"] = describe(exception)

    def ready(**_):
        own.extend(drive(lambda: target.apply_async(args, kwargs, queue="greenlint")))
    celery.signals.task_prerun.connect(begins, weak=False)
    celery.signals.task_postrun.connect(ends, weak=False)
    celery.signals.task_failure.connect(fails, weak=False)
    celery.signals.worker_ready.connect(ready, weak=False)
    engine(lambda: app.Worker(pool=pool, concurrency=10, loglevel="ERROR", without_gossip=True, without_mingle=True, without_heartbeat=True,
                              hostname="greenlint@localhost", queues=["greenlint"]).start())


def is_wsgi(target):
    """Whether a callable is a WSGI application, by the name of what it gets second."""
    if hasattr(target, "wsgi_app"):
        return True
    func = target if hasattr(target, "__code__") or hasattr(target, "__func__") else getattr(type(target), "__call__", None)
    code = getattr(getattr(func, "__func__", func), "__code__", None)
    return code is not None and any(n.startswith("start") for n in code.co_varnames[1:min(3, code.co_argcount)])


def run_gunicorn():
    """The worker without its master, which does not take part in a request."""
    def start():
        from gunicorn.app.base import BaseApplication
        from gunicorn.workers.ggevent import GeventWorker
        import gunicorn.sock
        return BaseApplication, GeventWorker, gunicorn.sock.create_sockets
    base, kind, create_sockets = engine(start)
    spec["patch"] = False
    own, path = [], ["/"]

    class Application(base):
        def load_config(self):
            for name, value in {"bind": "127.0.0.1:0", "worker_class": "gevent", "loglevel": "error", "post_worker_init": ready}.items():
                self.cfg.set(name, value)

        def load(self):  # in the worker, which has patched
            module = loaded(load)
            sleep = library()[1]
            if spec["control"] != "sleep":
                target = loaded(lambda: resolve(module, spec["func"]))
                if is_wsgi(target):
                    if spec["args"]:
                        path[0] = str(loaded(lambda: arguments(module, target))[0][0])
                    if spec["control"] == "replace":
                        report["replaced"] = replace(module, spec["symbol"], lambda *a, **k: sleep(0.3))
                    return self.judge(target)
            call = loaded(lambda: prepare(module, sleep))

            def handler(environ, start_response):
                call()
                start_response("204 No Content", [])
                return []
            return self.judge(handler)

        def judge(self, application):
            def judging(environ, start_response):
                body = []

                def call():
                    result = application(environ, start_response)
                    body.extend(result)
                    if hasattr(result, "close"):
                        result.close()
                judged(call, own)
                return body
            return judging

    def ready(worker):
        port = worker.sockets[0].getsockname()[1]

        def request():
            import gevent
            import gevent.socket

            def client():
                c = gevent.socket.create_connection(("127.0.0.1", port))
                c.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path[0]).encode())
                while c.recv(65536):
                    pass
            own.append(gevent.spawn(client))
        own.extend(drive(request))

    def serve():
        app = Application()
        log = app.cfg.logger_class(app.cfg)
        return kind(1, os.getppid(), create_sockets(app.cfg, log, []), app, app.cfg.timeout, app.cfg, log)
    engine(serve).init_process()


if spec["worker"] == "gunicorn-gevent":
    run_gunicorn()
else:
    run_celery(spec["loop"])
leave()
