# greenlint: engine cpython
# greenlint: confirm task("http://{slow_http}/")
from gevent import monkey
monkey.patch_all()
import requests


def task(url):
    requests.get(url, timeout=5)
