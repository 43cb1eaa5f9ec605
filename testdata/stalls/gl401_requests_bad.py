# greenlint: engine cpython
# greenlint: loop gevent
# greenlint: confirm task("http://{slow_http}/")
import requests


def task(url):
    requests.get(url, timeout=5)  # holds: raw-syscall
