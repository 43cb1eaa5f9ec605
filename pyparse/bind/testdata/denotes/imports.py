# package: shop.tasks
# Imports of every form.
import time
import os.path
import xml.sax.handler as handler
from time import sleep
from socket import create_connection as connect
from . import models
from .models import Order
from .. import settings
from ..api.client import fetch as get
from ... import beyond
from ...far import away

time.sleep(1)  # = time.sleep
os.path.join()  # = os.path.join
os.read()  # = os.read
handler.feature()  # = xml.sax.handler.feature
sleep(1)  # = time.sleep
connect()  # = socket.create_connection
models.Order()  # = shop.tasks.models.Order
Order.objects()  # = shop.tasks.models.Order.objects
settings.DEBUG  # = shop.settings.DEBUG
get()  # = shop.api.client.fetch
beyond.x  # = ...beyond.x
away()  # = ...far.away
xml.sax  # = ?


def inside():
    import http.client
    from json import loads
    http.client.HTTPConnection()  # = http.client.HTTPConnection
    loads()  # = json.loads
    time.sleep(1)  # = time.sleep


loads()  # = ?
http.client  # = ?
__import__("gevent.monkey").patch_all()  # = gevent.patch_all
mod = __import__("gevent.monkey")
mod.monkey.patch_all()  # = gevent.monkey.patch_all
import importlib
later = importlib.import_module("eventlet.green.time")
later.sleep()  # = eventlet.green.time.sleep
later = importlib.import_module(".time", "eventlet.green")
later.sleep()  # = ?
