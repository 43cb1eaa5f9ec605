"""The Python half of run.sh: bench.py gevent|eventlet|prefork <what> [n] [total or address]"""
import multiprocessing
import os
import resource
import sys
import time

loop, what = sys.argv[1:3]
if loop == "gevent":
    import gevent.monkey
    gevent.monkey.patch_all()
    import gevent
    import gevent.pool
    sleep, spawn, joinall = gevent.sleep, gevent.spawn, gevent.joinall
elif loop == "eventlet":
    import warnings
    warnings.simplefilter("ignore")
    import eventlet
    eventlet.monkey_patch()
    sleep, spawn = eventlet.sleep, eventlet.spawn
    joinall = lambda ts: [t.wait() for t in ts]

import socket
import urllib.request
import xml.etree.ElementTree as ET


def cpu():
    return sum(sum(resource.getrusage(w)[:2]) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def rss():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize()


def fetch(url):
    request = urllib.request.Request(url, headers={"Connection": "close"})
    with urllib.request.urlopen(request) as response:
        root = ET.parse(response).getroot()
    return len([(i.findtext("title"), i.findtext("link"), i.findtext("description")) for i in root.iter("item")])


def switch(n, total):
    best = 1e9
    for _ in range(5):
        def yields():
            for _ in range(total // n):
                sleep(0)
        start = cpu()
        joinall([spawn(yields) for _ in range(n)])
        best = min(best, (cpu() - start) / total * 1e9)
    print(round(best))


def sleepers(n):
    before = rss()
    tasks = [spawn(sleep, 3600) for _ in range(n)]
    for _ in range(200):  # a hub starts only some of them in each turn
        sleep(0.01)
    print((rss() - before) // n)
    sys.stdout.flush()
    os._exit(0)


def echo():
    def handle(sock, _):
        while True:
            data = sock.recv(1024)
            if not data:
                return
            sock.sendall(data)
    if loop == "gevent":
        from gevent.server import StreamServer
        server = StreamServer(("127.0.0.1", 0), handle, backlog=4096)
        server.start()
        print("127.0.0.1:%d" % server.server_port, flush=True)
        server.serve_forever()
    else:
        sock = eventlet.listen(("127.0.0.1", 0), backlog=4096)
        print("127.0.0.1:%d" % sock.getsockname()[1], flush=True)
        eventlet.serve(sock, handle, concurrency=100000)


def hub(n, address):
    urls = ["http://%s/feed/%d" % (address, i) for i in range(n)]
    used, start = cpu(), time.time()
    if loop == "gevent":
        items = sum(gevent.pool.Pool(1000).imap_unordered(fetch, urls))
    elif loop == "eventlet":
        items = sum(eventlet.GreenPool(1000).imap(fetch, urls))
    else:
        with multiprocessing.Pool(8) as pool:
            items = sum(pool.imap_unordered(fetch, urls))
            pool.close()
            pool.join()
    seconds = time.time() - start
    assert items == 10 * n, items
    print("%.0f %.2f" % (n / seconds, (cpu() - used) * 1000 / n))


if what == "switch":
    switch(int(sys.argv[3]), int(sys.argv[4]))
elif what == "sleepers":
    sleepers(int(sys.argv[3]))
elif what == "echo":
    echo()
elif what == "hub":
    hub(int(sys.argv[3]), sys.argv[4])
