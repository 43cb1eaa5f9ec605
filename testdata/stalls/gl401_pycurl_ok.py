# greenlint: engine cpython
# greenlint: confirm task("http://{black_hole}/")
from gevent import monkey
monkey.patch_all()
import requests


def task(url):
    try:
        requests.get(url, timeout=0.3)
    except requests.ConnectTimeout:
        pass
