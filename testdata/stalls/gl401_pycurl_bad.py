# greenlint: engine cpython
# greenlint: confirm task("http://{black_hole}/")
from gevent import monkey
monkey.patch_all()
import pycurl


def task(url):
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.CONNECTTIMEOUT_MS, 300)
    try:
        curl.perform()  # holds: raw-syscall poll
    except pycurl.error:
        pass
