# greenlint: engine cpython
# greenlint: confirm task("http://{slow_http}/")
from gevent import monkey
monkey.patch_all()
import urllib.request


def task(url):
    urllib.request.urlopen(url).read()
